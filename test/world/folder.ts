import { chmod, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * A new folder for the data of one installation. Everybody may enter it: run by root, the database's own account has to,
 * or its cluster would go to /var/lib/podatelna and stay there.
 */
export async function freshFolder(name: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `podatelna-${name}-`))
  await chmod(folder, 0o755)
  return folder
}

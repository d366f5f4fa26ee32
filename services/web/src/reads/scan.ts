import { isLocked } from '@podatelna/contracts'
import type { Settings } from '@podatelna/runtime'
import type { StoredFile } from './attachments.ts'

/** Why a file is not given out, and with which status; undefined for one that is. */
export function whyLocked(
  { scan, scanReason }: Pick<StoredFile, 'scan' | 'scanReason'>,
  settings: Pick<Settings, 'CLAMD' | 'CLAMD_AWAY'>,
): { status: 403 | 423; detail: string } | undefined {
  if (scan === 'infected') return { status: 403, detail: `It is infected (${scanReason}) and is not given out.` }
  if (!isLocked(scan, settings)) return undefined
  const failed = `It could not be scanned for viruses, so it stays locked. ${scanReason}`
  return { status: 423, detail: scan === 'failed' ? failed : 'It waits for the virus scanner.' }
}

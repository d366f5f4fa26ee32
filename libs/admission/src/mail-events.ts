import type { Actor } from '@podatelna/contracts'
import type { Database } from '@podatelna/store'

/** The audit trail of a letter: what was decided about it after it arrived, by whom, and why. */
export async function recordMailEvent(
  database: Database,
  mailId: string,
  type: 'confirmed' | 'disowned' | 'released' | 'replayed' | 'given_up',
  by: Actor,
  detail: string,
): Promise<void> {
  await database.mailEvent.create({ data: { mailId, type, by, detail } })
}

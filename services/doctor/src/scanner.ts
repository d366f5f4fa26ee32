import type { Settings } from '@podatelna/runtime'
import { clamdVersion } from '@podatelna/ticketing'
import { type Finding, fault, ok } from './finding.ts'

/** Asks clamd for its version; nothing when attachments are not scanned. */
export async function checkScanner({ CLAMD, CLAMD_AWAY }: Settings): Promise<Finding[]> {
  if (!CLAMD) return []
  const subject = `virus scanner ${CLAMD.host}:${CLAMD.port}`
  try {
    return [ok(subject, `answers: ${await clamdVersion(CLAMD)}.`)]
  } catch (error) {
    const why =
      CLAMD_AWAY === 'hold'
        ? 'Attachments stay locked until it answers.'
        : 'Attachments are given out although nobody scanned them.'
    const change = 'Start clamd with TCPSocket, or correct CLAMD.'
    return [fault(subject, `cannot be used: ${(error as Error).message}.`, { why, change })]
  }
}

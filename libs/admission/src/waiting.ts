/** A letter that waits for somebody's decision, and what the admission table says of it now. */
import { LetterKind, Verdict } from '@podatelna/contracts'
import { type Database, within } from '@podatelna/store'
import { type Decision, decide } from './decide.ts'
import { type Identity, identify } from './identify.ts'

export type WaitingLetter = {
  id: string
  disposition: string
  reason: string
  kind: string
  mail_from: string
  from_address: string | null
  contact_id: string | null
  agent_id: string | null
  mailbox_id: string | null
  mailbox_address: string | null
  thread_serials: bigint[]
  verdict: unknown
  has_bytes: boolean
}

/** Reads a letter and keeps others from deciding about it until the transaction ends. */
export async function lockLetter(database: Database, id: string): Promise<WaitingLetter | undefined> {
  const rows = await database.$queryRaw<WaitingLetter[]>`
    SELECT m.id, disposition, reason, kind, mail_from, from_address, contact_id, agent_id, mailbox_id,
      mb.address AS mailbox_address, thread_serials, verdict, raw_sha256 IS NOT NULL AS has_bytes
    FROM inbound_mail m LEFT JOIN mailboxes mb ON mb.id = m.mailbox_id
    WHERE m.id = ${id}::uuid FOR UPDATE OF m`
  return rows[0]
}

/**
 * What the table says once the author has confirmed the letter. Who they are to us is looked up again: a contact may
 * have been removed, and a participant taken off the ticket, while the letter waited.
 */
export async function reconsider(
  database: Database,
  letter: WaitingLetter,
): Promise<{ decision: Decision; identity: Identity }> {
  const identity = await identifyAgain(database, letter)
  const verdict = { ...Verdict.parse(letter.verdict), verified: true, explanation: 'They confirmed it by the link.' }
  const decision = decide({
    judgement: { outcome: 'judged', verdict },
    kind: LetterKind.parse(letter.kind),
    evidence: 'as at the door',
    standing: identity.standing,
    policy: identity.mailbox?.policy ?? 'contacts',
    mailbox: identity.mailbox?.address,
  })
  return { decision, identity }
}

/** Who the author is by now, written down with the letter: that is what it is filed by. */
export async function recordIdentity(database: Database, id: string, identity: Identity): Promise<void> {
  const { contactId, organizationId, agentId } = identity
  await database.inboundMail.update({ where: { id }, data: { contactId, organizationId, agentId } })
}

export function identifyAgain(database: Database, letter: WaitingLetter): Promise<Identity> {
  return identify(within(database), {
    author: letter.from_address ?? '',
    mailboxes: letter.mailbox_address ? [letter.mailbox_address] : [],
    serials: letter.thread_serials.map(BigInt),
  })
}

import type { Disposition, LetterKind, MailboxPolicy } from '@podatelna/contracts'
import type { Judgement } from './verdict.ts'

/** Who the author is to us, best first; the address alone, whether proved or not is in the verdict. */
export type Standing = 'agent' | 'contact' | 'participant' | 'unknown'

export type Decision = {
  disposition: Disposition
  /** Why, in a sentence for staff. */
  reason: string
  /** What the sender's server is told when the letter is not taken; absent when the answer is 250. */
  answer?: Answer
}
export type Answer = { code: number; text: string }

/** Words outside: what to do, never what we know about whom. */
export const answers = {
  noMailbox: { code: 550, text: '5.1.1 There is no such mailbox here' },
  noAuthor: { code: 550, text: '5.6.0 The letter must have exactly one From header with exactly one address' },
  forged: { code: 550, text: '5.7.1 The domain in the From address asks us to refuse letters that it did not send' },
  dnsTrouble: { code: 451, text: '4.4.3 We cannot look up the sender domain right now; please try again later' },
  unknownAuthor: (mailbox: string): Answer => ({
    code: 550,
    text: `5.7.1 You are not registered as a technical contact for ${mailbox}; please ask your organization's technical contact or our staff to add you`,
  }),
}

/** The admission table (rules §1): the whole of it, and nothing else. Pure. */
export function decide(letter: {
  judgement: Judgement
  kind: LetterKind
  evidence: string
  standing: Standing
  policy: MailboxPolicy
  /** Its address; undefined when it was removed since RCPT. */
  mailbox: string | undefined
  /** It is for bounce addresses of our own deliveries alone, which their tokens prove. */
  returned?: boolean
}): Decision {
  const { outcome, verdict } = letter.judgement
  // Whatever its From is: many servers write none into the letters they return, and a bounce lets nothing in.
  if (letter.returned) return suppressed(silentKinds[letter.kind] ?? returned, letter.evidence)
  if (outcome === 'no_author') return { disposition: 'refused', reason: verdict.explanation, answer: answers.noAuthor }
  if (outcome === 'dns_trouble')
    return { disposition: 'refused', reason: verdict.explanation, answer: answers.dnsTrouble }
  if (outcome === 'forged') return { disposition: 'refused', reason: verdict.explanation, answer: answers.forged }
  const silent = silentKinds[letter.kind]
  if (silent) return suppressed(silent, letter.evidence)
  if (letter.mailbox === undefined) return { disposition: 'refused', reason: mailboxGone, answer: answers.noMailbox }
  if (letter.standing !== 'unknown') return known(letter.standing, verdict.verified, verdict.explanation, letter.kind)
  return unknown(letter.policy, verdict.verified, letter.mailbox, letter.kind)
}

const mailboxGone = 'The mailbox was removed while the letter was on its way.'

const returned = 'Returned letter'

const silentKinds: Partial<Record<LetterKind, string>> = {
  bounce: returned,
  auto_reply: 'Automatic reply',
  list: 'Letter of a mailing list',
  loop: 'A letter of our own came back',
}

function suppressed(what: string, evidence: string): Decision {
  return { disposition: 'suppressed', reason: `${what}: ${evidence}` }
}

function known(standing: Standing, verified: boolean, explanation: string, kind: LetterKind): Decision {
  if (verified) return { disposition: 'admitted', reason: `From ${article[standing]}. ${explanation}` }
  return unproved(kind, `In the name of ${article[standing]}, but not proved. ${explanation}`)
}

const article: Record<Standing, string> = {
  agent: 'an agent',
  contact: 'a technical contact',
  participant: 'a participant of the ticket',
  unknown: 'somebody unknown',
}

function unknown(policy: MailboxPolicy, verified: boolean, mailbox: string, kind: LetterKind): Decision {
  if (policy === 'contacts') {
    const reason = 'The author is not a technical contact, and this mailbox takes letters of contacts only.'
    return { disposition: 'refused', reason, answer: answers.unknownAuthor(mailbox) }
  }
  if (policy === 'quarantine') return { disposition: 'quarantined', reason: 'The author is unknown; staff decide.' }
  if (policy === 'open' || verified) {
    const proof = verified ? 'The author is unknown, and proved.' : 'The author is unknown and not proved.'
    return { disposition: 'admitted', reason: `${proof} This mailbox takes such letters.` }
  }
  return unproved(kind, 'The author is unknown and not proved; they are asked to confirm.')
}

/** A program cannot press a button, and asking it would be mail caused by automatic mail (rules §1.5): staff decide. */
function unproved(kind: LetterKind, reason: string): Decision {
  return kind === 'auto_generated' ? { disposition: 'quarantined', reason } : { disposition: 'held', reason }
}

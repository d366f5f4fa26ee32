/** What an attempt to hand a letter over came to, for staff who read no SMTP: what happened, and what follows from it. */
import { isDeadMailbox } from './bounce/dead.ts'
import { type Recipient, recipient } from './bounce/recipient.ts'

/** @param attempt `outcome` as deliveries have it; `smtp` the server's words, or ours where none spoke */
export function explainAttempt({ outcome, smtp }: { outcome: string; smtp: string }): string {
  if (outcome === 'deferred') return `${whyLater(smtp)} It is tried again, for five days at most.`
  if (outcome === 'failed') return whyNever(smtp)
  if (outcome === 'bounced') return `The letter came back. ${whyRefused(smtp)}`
  // A reason of ours is a sentence already.
  if (outcome === 'suppressed') return smtp
  return plain[outcome] ?? 'Something came back that does not say what became of the letter.'
}

const plain: Record<string, string> = {
  sent: 'The mail server took the letter. Should it come back, that is told here.',
  captured: 'This installation sends nothing: no relay is set up. The letter can be read here.',
  delayed: 'A mail server on the way could not deliver the letter yet, and goes on trying.',
  delivered: 'The letter is in the mailbox of its recipient.',
  relayed: 'The letter was handed on to a server that tells no more of it.',
  expanded: 'The address is a list: the letter was handed on to its members.',
  complained: 'Its reader marked the letter as spam.',
}

function whyLater(smtp: string): string {
  const said = understood(smtp)
  if (!said) return noConversation(smtp)
  // A relay that says "never" before it was told of any letter speaks of us.
  if (said.code !== undefined && said.code >= 500) return refusesUs
  return reasonIn(smtp, said, passing) ?? 'The mail server does not take the letter now.'
}

function whyNever(smtp: string): string {
  const ourWords = ours.find(([words]) => words.test(smtp))?.[1]
  if (ourWords) return `${ourWords} It is not tried again.`
  const said = understood(smtp)
  if (said?.permanent) return `${whyRefused(smtp)} It is not tried again.`
  const reason = said ? reasonIn(smtp, said, passing) : noConversation(smtp)
  return `${reason ?? 'The mail server never took the letter.'} It was tried for five days, and is not tried again.`
}

function whyRefused(smtp: string): string {
  const said = recipient('', { text: smtp })
  if (isDeadMailbox(said)) return 'There is no mailbox at this address: it may be mistyped, or closed.'
  const reason = reasonIn(smtp, said, final) ?? reasonIn(smtp, said, passing)
  return reason ?? 'The mail server of the recipient refused the letter.'
}

const refusesUs = 'Our relay does not accept us, which an administrator has to look into.'

/** An answer begins with its code; what does not is our own program's. */
function understood(smtp: string): Recipient | undefined {
  return /^[245]\d\d\b/.test(smtp) ? recipient('', { text: smtp }) : undefined
}

/** The first that fits, by the status or by the words: what is vague comes last. */
type Reason = [status: RegExp, words: RegExp, sentence: string]

function reasonIn(smtp: string, { status = '' }: Recipient, reasons: Reason[]): string | undefined {
  return reasons.find(([code, words]) => code.test(status) || words.test(smtp))?.[2]
}

const never = /(?!)/
const foreignLetters =
  'Before the @ of the address stand letters that the mail server does not take: it knows no SMTPUTF8.'
const full: Reason = [
  /^[45]\.2\.2$/,
  /mailbox (is )?full|over ?quota|quota exceeded/i,
  'The mailbox of the recipient is full.',
]

const passing: Reason[] = [
  full,
  [never, /gr[ae]y ?-?list/i, 'The mail server has the first letter of a sender it does not know wait (greylisting).'],
  [
    /^4\.3\.1$/,
    /(disk|storage|space).{0,20}(full|insufficient)|insufficient.{0,20}storage/i,
    'The mail server has no room left.',
  ],
  [/^4\.2\.1$/, /mailbox.{0,20}(disabled|locked|busy)/i, 'The mailbox of the recipient is closed for the moment.'],
  [
    /^4\.4\.\d+$/,
    /(host|domain|dns).{0,30}(not found|timed? ?out|lookup|failure)/i,
    'The mail server of the recipient cannot be reached.',
  ],
  [
    /^4\.7\.28$/,
    /\brate\b|too (many|much|fast)|limit|throttl/i,
    'The mail server takes no more letters from us for the moment.',
  ],
  [/^4\.3\.2$/, /^421\b|closing|shutting down|too busy|try again later/i, 'The mail server is busy, or about to stop.'],
]

const final: Reason[] = [
  [
    /^5\.3\.4$/,
    /too large|size (limit|exceed)|exceed.{0,30}size|message size/i,
    'The letter is larger than the mail server takes.',
  ],
  [
    /^5\.2\.1$/,
    /mailbox.{0,20}(disabled|inactive|suspended)|account.{0,20}(disabled|inactive|suspended)/i,
    'The mailbox of the recipient is closed.',
  ],
  [/^5\.6\.7$/, /smtputf8|internationali[sz]ed/i, foreignLetters],
  [
    /^5\.7\.(2[0-9]|30)$/,
    /\b(spf|dkim|dmarc)\b|unauthenticated/i,
    'The mail server does not believe that the letter is ours (SPF, DKIM, DMARC), which an administrator has to look into.',
  ],
  [
    never,
    /spam|junk|blocked|blacklist|block ?list|blocklist|reputation|content/i,
    'The mail server takes the letter, or our server, for a source of spam.',
  ],
  [
    never,
    /relay(ing)? (access )?(denied|not permitted|not allowed)|not permitted to relay/i,
    'The mail server does not pass on letters to this address for us, which an administrator has to look into.',
  ],
  [
    /^5\.7\.\d+$/,
    /policy|not (allowed|authori[sz]ed|permitted|accepted)|denied|prohibited/i,
    'The mail server does not take such letters from us, by its rules.',
  ],
  [
    /^5\.4\.\d+$/,
    /(host|domain|route).{0,30}(not found|unknown|unreachable)/i,
    'The mail server of the recipient cannot be found.',
  ],
]

/** Where no server spoke of the letter. */
const trouble: [RegExp, string][] = [
  [
    /altnames|certificate|self[- ]signed|CERT_/i,
    'The certificate of our relay is not valid, so it was given neither our password nor the letter. An administrator has to look into it.',
  ],
  [
    /encrypted|TLS|SSL|secure/i,
    'No encrypted connection to our relay could be made, so it was given nothing. An administrator has to look into it.',
  ],
  [/ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|Connection timeout/i, 'Our relay cannot be reached.'],
  [/ENOTFOUND|EAI_AGAIN|EDNS|getaddrinfo/i, 'The name of our relay cannot be found.'],
  [/greeting|^HTTP\//i, 'Our relay took the connection, and did not answer as a mail server does.'],
  [/timeout|ETIMEDOUT/i, 'Our relay fell silent before it said that it has the letter.'],
  [/closed|ECONNRESET|EPIPE|hang up/i, 'Our relay broke off before it said that it has the letter.'],
]

function noConversation(smtp: string): string {
  return trouble.find(([words]) => words.test(smtp))?.[1] ?? 'Our relay did not take the letter.'
}

/** Of a letter that never left, as our own program puts it. */
const ours: [RegExp, string][] = [
  [/^This is no address/, 'Nothing can be sent to such an address.'],
  [/^Our relay takes no address/, foreignLetters],
  [/^Message size larger/, 'The letter is larger than our relay takes.'],
]

import type { LetterKind } from '@podatelna/contracts'
import { type Header, headerMailboxes, headerText, headerValue, headerValues } from './headers.ts'
import { isLoopToken } from './loop.ts'

export type Classification = { kind: LetterKind; evidence: string }

/**
 * What a letter is, from its header and envelope alone, before anybody asks who wrote it (rules §1.5). The first rule
 * that matches decides, most harmful first: a loop that is answered is worse than a newsletter that is.
 */
export function classify(
  header: Header,
  envelope: { mailFrom: string; bounceTo: boolean },
  keys: readonly string[],
): Classification {
  for (const [kind, rule] of rules) {
    const evidence = rule(header, envelope, keys)
    if (evidence) return { kind, evidence }
  }
  return { kind: 'letter', evidence: 'nothing says otherwise' }
}

type Rule = (
  header: Header,
  envelope: { mailFrom: string; bounceTo: boolean },
  keys: readonly string[],
) => string | undefined

const rules: [LetterKind, Rule][] = [
  [
    'loop',
    (header, _, keys) =>
      headerValues(header, 'x-podatelna-loop').some((value) => isLoopToken(keys, value))
        ? 'our own loop header'
        : undefined,
  ],
  ['bounce', (_, envelope) => (envelope.bounceTo ? 'sent to the bounce address of a delivery' : undefined)],
  ['bounce', (header) => matching(header, 'content-type', /^multipart\/report\b.*\breport-type="?delivery-status\b/i)],
  [
    'bounce',
    (header, { mailFrom }) => (mailFrom === '' && fromDaemon(header) ? 'null sender, from a mail server' : undefined),
  ],
  // A read receipt (RFC 8098) or a complaint (RFC 5965): a program's word about a letter of ours, like a bounce.
  ['auto_reply', (header) => matching(header, 'content-type', /^multipart\/report\b/i)],
  // RFC 3834 §5: anything but "no" must not be answered; "auto-generated" is somebody's monitoring or form.
  ['auto_reply', (header) => matching(header, 'auto-submitted', /^auto-replied\b/i)],
  ['auto_reply', (header) => named(header, ['x-autoreply', 'x-autorespond', 'x-autoresponder', 'x-auto-reply-from'])],
  ['auto_reply', (header) => matching(header, 'precedence', /^auto[_-]?reply\b/i)],
  [
    'auto_reply',
    (header) => {
      const program = matching(header, 'auto-submitted', automatic) ?? named(header, ['x-auto-response-suppress'])
      return program && matchingText(header, 'subject', automaticSubject)
    },
  ],
  ['list', (header) => named(header, ['list-id', 'list-post'])],
  ['list', (header) => matching(header, 'precedence', /^(list|bulk|junk)\b/i)],
  ['auto_generated', (header) => matching(header, 'auto-submitted', automatic)],
  ['auto_reply', (_, { mailFrom }) => (mailFrom === '' ? 'null sender' : undefined)],
]

const automatic = /^(?!no\b)\S/i

const automaticSubject =
  /^(automatic reply|auto(matic)?[ -]?(reply|response)|out of (the )?office|automatická odpověď|automatická odpoveď|risposta automatica|automatische antwort|abwesenheit)/i

function fromDaemon(header: Header): string | undefined {
  const from = headerMailboxes(header, 'from')[0]
  return /^(mailer-daemon|postmaster)(@|$)/i.test(from?.address ?? '') ? 'mail server' : undefined
}

function matching(header: Header, name: string, pattern: RegExp): string | undefined {
  const value = headerValues(header, name).find((candidate) => pattern.test(candidate))
  return value === undefined ? undefined : `${name}: ${value.slice(0, 100)}`
}

function matchingText(header: Header, name: string, pattern: RegExp): string | undefined {
  const text = headerText(header, name)
  return pattern.test(text) ? `${name}: ${text.slice(0, 100)}` : undefined
}

function named(header: Header, names: string[]): string | undefined {
  return names.find((name) => headerValue(header, name) !== undefined)
}

/** Filters that ask an author whether a person wrote: a program's answer, and one that nobody may press the button of. */
import { authorOf, subjectOf } from './face.ts'
import { type Header, headerValue, headerValues } from './headers.ts'

/** By what the header alone shows; undefined when it is none. */
export function challengeEvidence(header: Header, nullSender: boolean): string | undefined {
  const marked = markedBy.find((name) => headerValue(header, name) !== undefined)
  if (marked) return `a filter’s question: ${marked}`
  const address = authorOf(header).address
  if (providers.test(address)) return `a filter’s question: from ${address.slice(0, 100)}`
  // People who use TMDA have its name in their own letters, too.
  const tmda = headerValues(header, 'message-id').some((id) => /(-tmda-confirm|\.TMDA@)/i.test(id))
  if (tmda) return 'a filter’s question: a Message-ID of TMDA'
  const automatic = nullSender || /^(?!no\b)\S/i.test(headerValue(header, 'auto-submitted') ?? '')
  const subject = subjectOf(header)
  return automatic && challengeSubject.test(subject.slice(0, 300)) ? `subject: ${subject.slice(0, 100)}` : undefined
}

const markedBy = [
  ...['x-boxtrapper', 'x-bluebottle-request', 'x-askversion', 'x-ask-info', 'x-spamazoid-md', 'spamlion', 'x-exispam'],
]

const providers =
  /^spamblocker-challenge@|^challenge-?response@|[@.](boxbe|spamarrest|mailinblack|0spam|mailblocks|knowspam|vanquish)\.(com|net)$|@antispam\.uol\.com\.br$/i

const challengeSubject = new RegExp(
  [
    '\\b((please )?(confirm|verify) your (message|e-?mail|mail|address|delivery)|confirmation (required|request) for|challenge)\\b',
    '^unverified email to \\S|\\(action required\\)$|^potvrďte (prosím )?(odeslání|doručení|svou zprávu)|^ověření odesílatele\\b',
    '^potvrďte (prosím )?(odoslanie|doručenie|svoju správu)|^overenie odosielateľa|^(conferma|verifica) (del mittente|il (tuo|suo) messaggio)',
    '^(bitte )?bestätigen sie (ihre|den versand ihrer) (nachricht|e-?mail)|^absenderbestätigung|^bestätigung (ihrer nachricht )?erforderlich',
  ].join('|'),
  'iu',
)

/** `[P-100001] Original subject`; a subject that has the number already stays as it is. */
export function numberedSubject(number: string, subject: string): string {
  const numbers: string[] = subject.toUpperCase().match(/\bP-\d+\b/g) ?? []
  return numbers.includes(number) ? subject : `[${number}] ${subject}`
}

/** The subject of an answer as it was before it had a number: `Re: [P-100001] Original subject` is `Original subject`. */
export function unnumberedSubject(subject: string): string {
  return subject.replace(/^(\s*(\p{L}{1,4}(\[\d+\])?\s?:\s*)*\[P-\d+\])+\s*/iu, '') || subject
}

/**
 * The subject to answer under: the ticket's title, unless its client goes on under one that they changed on the way. A title
 * that staff changed stays: their first letter still had the old one. Where a number stands elsewhere than at the beginning,
 * the words are ours: a mailbox may have chosen them for its letters.
 *
 * @param written subjects of the client's first letter and of the newest
 */
export function subjectToAnswer(title: string, written: { first: string; newest: string } | null): string {
  if (!written) return title
  const [first, newest, own] = [written.first, written.newest, title].map((subject) => withoutMarks(subject))
  const same = [first, own].some((other) => other!.toLowerCase() === newest!.toLowerCase())
  return newest === '' || same || /\bP-\d/i.test(newest!) ? title : newest!
}

/** Without what answering and our own letters put before it. */
function withoutMarks(subject: string): string {
  return subject
    .slice(0, 500)
    .replace(/^(\s*(\[P-\d+\]|(re|r|rif|aw|antw|odp|fw|fwd|wg|i|tr|sv|vs)(\[\d+\])?\s?:))+/i, '')
    .trim()
}

/** `[P-100001] Original subject`; a subject that has the number already stays as it is. */
export function numberedSubject(number: string, subject: string): string {
  const numbers: string[] = subject.toUpperCase().match(/\bP-\d+\b/g) ?? []
  return numbers.includes(number) ? subject : `[${number}] ${subject}`
}

/** The subject of an answer as it was before it had a number: `Re: [P-100001] Original subject` is `Original subject`. */
export function unnumberedSubject(subject: string): string {
  return subject.replace(/^(\s*(\p{L}{1,4}(\[\d+\])?\s?:\s*)*\[P-\d+\])+\s*/iu, '') || subject
}

/** `[P-100001] Original subject`; a subject that has the number already stays as it is. */
export function numberedSubject(number: string, subject: string): string {
  const numbers: string[] = subject.toUpperCase().match(/\bP-\d+\b/g) ?? []
  return numbers.includes(number) ? subject : `[${number}] ${subject}`
}

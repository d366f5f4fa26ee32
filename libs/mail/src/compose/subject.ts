/** `[P-100001] Original subject`; a subject that has the number already stays as it is. */
export function numberedSubject(number: string, subject: string): string {
  return new RegExp(`\\b${number}\\b`, 'i').test(subject) ? subject : `[${number}] ${subject}`
}

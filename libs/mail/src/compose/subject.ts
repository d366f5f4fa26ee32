/** `[P-100001] Original subject`; a subject that has the number already stays as it is. */
export function numberedSubject(number: string, subject: string): string {
  const has = new RegExp(`(?<![\\w-])${RegExp.escape(number)}(?![\\w-])`, 'i')
  return has.test(subject) ? subject : `[${number}] ${subject}`
}

import { type Language, noSubject } from '@podatelna/contracts'

const untitled = new Set(['', ...Object.values(noSubject)])

export function isUntitled(title: string): boolean {
  return untitled.has(title.trim())
}

/** What a ticket or a letter is called: one without a subject in the words of its reader, whoever put words in its place. */
export function titleIn(language: string, title: string): string {
  return isUntitled(title) ? (noSubject[language as Language] ?? noSubject.en) : title
}

/** The values of a notice with their titles as its reader calls them. */
export function titledIn(language: string, values: object): object {
  const { title, numberedTitle, tickets } = values as Titled
  return {
    ...values,
    ...(title !== undefined && { title: titleIn(language, title) }),
    ...(numberedTitle && { numberedTitle: numberedTitle.replace(afterNumber, (words) => titleIn(language, words)) }),
    ...(tickets && { tickets: tickets.map((ticket) => titledIn(language, ticket)) }),
  }
}

const afterNumber = /(?<=^\[[^\]]*\] )[^\r\n]*$/

type Titled = { title?: string; numberedTitle?: string; tickets?: object[] }

import { expect, test } from 'vitest'
import { numberedSubject, subjectToAnswer, unnumberedSubject } from './subject.ts'

test('a subject gets its number once', () => {
  expect(numberedSubject('P-1', 'Printer')).toBe('[P-1] Printer')
  expect(numberedSubject('P-1', 'Re: [P-1] Printer')).toBe('Re: [P-1] Printer')
})

test.each([
  ['Re: [P-1] Printer', 'Printer'],
  ['AW: Re: [P-1] Printer', 'Printer'],
  ['RE[2]: [P-1] Re: [P-2] Printer', 'Printer'],
  ['[p-1]Printer', 'Printer'],
  ['Re: Printer', 'Re: Printer'],
  ['Printer [P-1]', 'Printer [P-1]'],
  ['Urgent: [P-1] Printer', 'Urgent: [P-1] Printer'],
  ['Re: [P-1] ', 'Re: [P-1] '],
])('%j was %j before it had a number', (subject, before) => {
  expect(unnumberedSubject(subject)).toBe(before)
})

test('a subject of marks alone takes no time', () => {
  expect(unnumberedSubject('Re: '.repeat(100_000))).toHaveLength(400_000)
})

test.each([
  ['Printer', 'Printer', 'Re: [P-1] Printer', 'Printer'],
  ['Printer', 'Printer', 'Projector', 'Projector'],
  ['Printer', 'Printer', 'AW: Re: [P-1] Projector', 'Projector'],
  // Staff gave it another title.
  ['Printer on fire', 'Help', 'Re: Help', 'Printer on fire'],
  ['Printer on fire', 'Help', 'Re: [P-1] PRINTER on fire', 'Printer on fire'],
  ['Printer', 'Printer', 'Re: ', 'Printer'],
  ['Printer', 'Printer', 'Dotaz: projektor', 'Dotaz: projektor'],
  // In the words of a mailbox's own, the number stands elsewhere.
  ['Printer', 'Printer', 'Re: We have it: [P-1] Printer', 'Printer'],
  ['Printer', 'Printer', 'AW: Printer (ticket P-1)', 'Printer'],
  ['Printer', 'Printer', 'Re: Ticket P-1', 'Printer'],
])('“%s”, first written to under “%s”, now under “%s”, is answered under “%s”', (title, first, newest, answered) => {
  expect(subjectToAnswer(title, { first, newest })).toBe(answered)
  expect(subjectToAnswer(title, null)).toBe(title)
})

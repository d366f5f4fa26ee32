import { fold } from '@podatelna/mail'
import { expect, test } from 'vitest'
import { partHistory } from './history.ts'

const question = `Dne 4. 3. 2024 v 10:12 Podpora <podpora@desk.example> napsal:

> Zkuste to znovu.
> Podpora`
const signature = '-- \nJana Nováková\nAcme s.r.o.'

function read(text: string) {
  return { text, ...fold({ text, html: undefined }) }
}

test.each([
  ['above the quote', `Stále nejde.\n\n${signature}\n\n${question}\n`],
  ['below the quote', `${question}\n\nStále nejde.\n\n${signature}\n`],
])('of a letter written %s, every word is in the history or in the letter, and none in both', (_, text) => {
  const { history, letter } = partHistory(read(text))!
  expect(history).toMatchObject({ text: question, visible_text: '', folded: [{ reason: 'history', text: question }] })
  expect(letter).toMatchObject({ visible_text: 'Stále nejde.', folded: [{ reason: 'signature' }] })
  expect(letter.text).toBe(`Stále nejde.\n\n${signature}`)
  expect(wordsOf(`${history.text} ${letter.text}`)).toEqual(wordsOf(text))
})

test('a letter that quotes nothing has no history, nor one whose quotes are answered in between', () => {
  expect(partHistory(read('Stále nejde.'))).toBeUndefined()
  expect(partHistory(read('> Jaký router?\nStarý.\n> Od kdy?\nOd rána.\n'))).toBeUndefined()
})

test('a letter that is nothing but a quote leaves an empty letter', () => {
  const { history, letter } = partHistory(read(`${question}\n`))!
  expect([history.text, letter.text, letter.visible_text]).toEqual([question, '', ''])
})

function wordsOf(text: string): string[] {
  return text.split(/\s+/).filter(Boolean).sort()
}

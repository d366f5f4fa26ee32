import fc from 'fast-check'
import { simpleParser } from 'mailparser'
import { expect, test } from 'vitest'
import { parseHeader } from '../headers.ts'
import { oneLine } from '../text.ts'
import { composeLetter, type OutgoingLetter } from './letter.ts'

const letter: OutgoingLetter = {
  ...{ from: { name: 'Support', address: 'support@example.com' }, to: { name: 'J', address: 'j@client.example' } },
  ...{ replyTo: 'support+token@example.com', subject: 'Printer', messageId: 'token.0123@mail.example.com' },
  ...{ date: new Date('2026-03-04T05:06:07Z'), thread: ['a@client.example'], automatic: 'auto-replied' },
  ...{ conversation: { id: 'x', begun: new Date('2026-03-04T05:06:07Z') }, loopToken: 'x y', language: 'cs' },
  ...{ leave: { list: 'p-1.support.example.com', url: 'https://support.example.com/t/x/leave' } },
  ...{ text: 'Hello', html: '<p>Hello</p>' },
  files: [{ filename: 'a.txt', type: 'text/plain', content: Buffer.from('a'), contentId: 'a@b' }],
}

/** What ends lines somewhere, hides, turns around, or looks like syntax; and very long words. */
const piece = fc.oneof(
  fc.constantFrom(
    ...['\r\n', '\r', '\n', '\0', '\u2028', '\u2029', '\u0085', '\v', '\f', '\u202e', '\u200b', '\ufeff'],
  ),
  fc.constantFrom(
    ...['Bcc: v@evil.example', ': ', ' ', '\t', '=?utf-8?Q?x?=', '=?utf-8?B?DQo=?=', '"', '\\', '<', '>', ',', ';'],
  ),
  fc.constantFrom('x'.repeat(1_200), 'ž'.repeat(300), '😀'.repeat(90), '\ud83d', '\udc00', 'příklad.cz', '@'),
  fc.string({ unit: 'binary', maxLength: 20 }),
)
const words = fc.array(piece, { maxLength: 12 }).map((parts) => parts.join(''))
const names = fieldNames(await composeLetter(letter))

test('whatever strangers write, there are no other fields, no longer lines and no other body', async () => {
  const address = words.map((text) => `${text}@client.example${text}`)
  const written = fc.record({
    subject: words,
    name: words,
    address,
    mailbox: words,
    answered: words,
    language: words,
    file: words,
  })
  await fc.assert(
    fc.asyncProperty(written, async (said) => {
      const source = await composeLetter({
        ...letter,
        from: { name: said.mailbox, address: 'support@example.com' },
        to: { name: said.name, address: said.address },
        replyTo: said.address,
        subject: `s ${said.subject}`,
        thread: [said.answered, 'a@client.example'],
        language: `cs${said.language}`,
        files: [{ filename: said.file, type: said.file, content: Buffer.from('a'), contentId: said.file }],
      })
      const header = source.subarray(0, source.indexOf('\r\n\r\n')).toString()
      const lines = header.split('\r\n')
      expect(lines.filter((line) => /[\r\n\0]/.test(line) || Buffer.byteLength(line) > 998)).toEqual([])
      expect(fieldNames(source)).toEqual(names)
      for (const [word] of header.matchAll(/=\?utf-8\?[BQ]\?[^?\s]*\?=/gi)) expect(word.length).toBeLessThanOrEqual(75)
      const parsed = await simpleParser(source)
      expect([parsed.text, parsed.html]).toEqual([letter.text, letter.html])
      expect(parsed.attachments.map(({ content }) => content.toString())).toEqual(['a'])
      expect(parsed.messageId).toBe(`<${letter.messageId}>`)
    }),
    { numRuns: 150 },
  )
})

test('a subject is read as it was written', async () => {
  const any = fc.array(fc.oneof(fc.string({ unit: 'grapheme', maxLength: 100 }), piece), { maxLength: 4 })
  const text = any.map((parts) => oneLine(`s ${parts.join('')} e`, 500))
  await fc.assert(
    fc.asyncProperty(text, async (subject) => {
      const read = (await simpleParser(await composeLetter({ ...letter, subject }))).subject
      // This reader makes one space of several.
      expect(read).toBe(subject.replace(/ +/g, ' '))
    }),
    { numRuns: 150 },
  )
})

test('an internationalised domain is written as every relay takes it', async () => {
  const source = (await composeLetter({ ...letter, to: { name: 'Ž', address: 'jana@příklad.cz' } })).toString('latin1')
  expect(source).toContain('<jana@xn--pklad-zsa96e.cz>')
  expect(/[^\0-\x7f]/.test(source)).toBe(false)
})

function fieldNames(source: Buffer): string[] {
  return parseHeader(source.subarray(0, source.indexOf('\r\n\r\n'))).map(({ name }) => name)
}

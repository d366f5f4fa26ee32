import { simpleParser } from 'mailparser'
import { describe, expect, test } from 'vitest'
import { composeLetter, type OutgoingLetter } from './letter.ts'
import { isMessageId, shortReferences } from './references.ts'
import { numberedSubject } from './subject.ts'

const letter: OutgoingLetter = {
  from: { name: 'Podpora "24/7", s.r.o.', address: 'support@example.com' },
  to: { name: 'Žofie Nováková', address: 'zofie@client.example' },
  replyTo: 'support+token@example.com',
  subject: '[P-100001] Tiskárna hoří',
  messageId: 'token.0123@mail.example.com',
  date: new Date('2026-03-04T05:06:07Z'),
  thread: ['first@client.example', 'second@client.example'],
  automatic: 'auto-replied',
  loopToken: 'mail.example.com signature',
  language: 'cs',
  text: 'Dobrý den,\n\npřijali jsme.',
  html: '<p>Dobrý den</p>',
}

describe('a composed letter', () => {
  test('says who writes to whom, about what and in answer to what', async () => {
    const parsed = await simpleParser(await composeLetter(letter))
    expect(parsed.from?.value).toEqual([letter.from])
    expect(parsed.to).toMatchObject({ value: [letter.to] })
    expect(parsed.replyTo?.value[0]?.address).toBe('support+token@example.com')
    expect(parsed.subject).toBe(letter.subject)
    expect(parsed.messageId).toBe('<token.0123@mail.example.com>')
    expect(parsed.inReplyTo).toBe('<second@client.example>')
    expect(parsed.references).toEqual(['<first@client.example>', '<second@client.example>'])
    expect(parsed.date).toEqual(letter.date)
    expect(parsed.text).toBe(letter.text)
    expect(parsed.html).toBe(letter.html)
  })

  test('that no person wrote says so, and asks for no automatic answer', async () => {
    const { headers } = await simpleParser(await composeLetter(letter))
    expect(headers.get('auto-submitted')).toBe('auto-replied')
    expect(headers.get('x-auto-response-suppress')).toBe('All')
    expect(headers.get('x-podatelna-loop')).toBe('mail.example.com signature')
    expect(headers.get('content-language')).toBe('cs')
  })

  test('of a person claims nothing of the kind', async () => {
    const { headers } = await simpleParser(await composeLetter({ ...letter, automatic: undefined }))
    expect(headers.has('auto-submitted')).toBe(false)
    expect(headers.has('x-auto-response-suppress')).toBe(false)
    expect(headers.has('x-podatelna-loop')).toBe(true)
  })

  test('that begins a conversation refers to none', async () => {
    const { headers } = await simpleParser(await composeLetter({ ...letter, thread: [] }))
    expect(headers.has('in-reply-to')).toBe(false)
    expect(headers.has('references')).toBe(false)
  })

  test('has CRLF everywhere and no line too long for a relay, and its long links stay whole', async () => {
    const link = `https://support.example.com/authorize/${'x'.repeat(900)}`
    const source = await composeLetter({ ...letter, text: `a\nb\rc\r\n${link}\n.`, html: `<a href="${link}">x</a>` })
    const lines = source.toString('latin1').split('\r\n')
    expect(lines.filter((line) => /[\r\n]/.test(line) || line.length > 78)).toEqual([])
    const parsed = await simpleParser(source)
    expect(parsed.text).toBe(`a\nb\nc\n${link}\n.`)
    expect(parsed.html).toBe(`<a href="${link}">x</a>`)
  })

  test('carries a megabyte of text unchanged', async () => {
    const text = 'Příliš žluťoučký kůň\n'.repeat(50_000).trimEnd()
    const parsed = await simpleParser(await composeLetter({ ...letter, text }))
    expect(parsed.text).toBe(text)
  })
})

describe('a letter to somebody in copy', () => {
  const leave = { list: 'p-100001.support.example.com', url: 'https://support.example.com/t/token/leave' }

  test('says how to get no more of them in one click', async () => {
    const source = (await composeLetter({ ...letter, automatic: undefined, leave })).toString()
    expect(source).toMatch(/^List-Unsubscribe: <https:\/\/support\.example\.com\/t\/token\/leave>\r$/m)
    expect(source).toMatch(/^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r$/m)
  })

  test('calls itself a list’s only when no person wrote it: a desk in copy would not hear it', async () => {
    const automatic = (await composeLetter({ ...letter, leave })).toString()
    expect(automatic).toMatch(/^List-Id: <p-100001\.support\.example\.com>\r$/im)
    expect((await composeLetter({ ...letter, automatic: undefined, leave })).toString()).not.toMatch(/^List-Id:/im)
    expect((await composeLetter(letter)).toString()).not.toMatch(/^List-/m)
  })
})

describe('words of strangers', () => {
  const evil = 'x\r\nBcc: victim@example.net\r\n\r\nbody\n\rX-Evil: 1\u2028Y-Evil: 2\0'
  const injections: [string, Partial<OutgoingLetter>][] = [
    ['subject', { subject: evil }],
    ['name of the recipient', { to: { name: evil, address: 'a@example.com' } }],
    ['name of the mailbox', { from: { name: evil, address: 'a@example.com' } }],
    ['address', { to: { name: '', address: `a@example.com${evil}` } }],
    ['reply address', { replyTo: `a@example.com${evil}` }],
    ['Message-ID they answer with', { thread: [evil, 'a@b> <c@d', 'fine@example.com'] }],
    ['language', { language: evil }],
  ]

  test.each(injections)('in the %s add no header and no body', async (_, part) => {
    const source = (await composeLetter({ ...letter, ...part })).toString()
    const header = source.slice(0, source.indexOf('\r\n\r\n'))
    const names = header.split(/\r\n(?![ \t])/).map((line) => line.split(':')[0])
    expect(new Set(names).size).toBe(names.length)
    expect(names.filter((name) => /evil|bcc/i.test(name!))).toEqual([])
    expect((await simpleParser(source)).text).toBe(letter.text)
  })

  test('that are no Message-ID are not repeated as one', async () => {
    const { references } = await simpleParser(await composeLetter({ ...letter, thread: ['a@b> <c@d', 'fine@x'] }))
    expect([references].flat()).toEqual(['<fine@x>'])
    expect(['a b@c', 'žluťoučký@kůň', '', 'a>b@c', 'x'.repeat(301)].filter(isMessageId)).toEqual([])
  })
})

describe('References', () => {
  test('keep the first and the last letters and stay under 900 bytes', async () => {
    const thread = Array.from({ length: 200 }, (_, n) => `letter-${n}-${'x'.repeat(n % 90)}@client.example`)
    const source = (await composeLetter({ ...letter, thread })).toString()
    const header = /^References:.*\r\n(?:[ \t].*\r\n)*/m.exec(source)![0]
    expect(Buffer.byteLength(header)).toBeLessThan(900)
    const { references, inReplyTo } = await simpleParser(source)
    expect(references?.[0]).toBe(`<${thread[0]}>`)
    expect(references?.at(-1)).toBe(`<${thread.at(-1)}>`)
    expect(references?.at(-2)).toBe(`<${thread.at(-2)}>`)
    expect(inReplyTo).toBe(`<${thread.at(-1)}>`)
    expect(Buffer.byteLength(header)).toBeGreaterThan(700)
  })

  test('of a short conversation are all of it, each letter once', () => {
    expect(shortReferences(['a@x', 'b@x', 'a@x'])).toEqual(['a@x', 'b@x'])
    expect(shortReferences(['a@x'])).toEqual(['a@x'])
    expect(shortReferences([])).toEqual([])
  })
})

test('a subject carries the number of its ticket once', () => {
  expect(numberedSubject('P-100001', 'Printer on fire')).toBe('[P-100001] Printer on fire')
  expect(numberedSubject('P-100001', 'Re: [p-100001] Printer on fire')).toBe('Re: [p-100001] Printer on fire')
  expect(numberedSubject('P-100001', 'Same as P-1000012')).toBe('[P-100001] Same as P-1000012')
})

import { isLoopToken, parseHeader, readToken, splitPlus, threadSerials } from '@podatelna/mail'
import { samples } from '@podatelna/notices'
import { readSettings } from '@podatelna/runtime'
import { simpleParser } from 'mailparser'
import { describe, expect, test } from 'vitest'
import { heldNotice } from './held-notice.ts'
import { type Notice, openLetterhead } from './letterhead.ts'

const keys = ['a secret that is long enough for a test']
const settings = readSettings({ MAIL_DOMAIN: 'mail.example.com', PUBLIC_URL: 'https://desk.example.com' })
const letterhead = await openLetterhead({ settings, keys })

const onTicket = {
  language: 'cs',
  mailbox: { address: 'support@example.com', name: 'Podpora', signature: '' },
  to: { address: 'jana@client.example', name: 'Jana Nováková' },
  participant: { id: '01890000-0000-7000-8000-000000000001', serial: 42n, mayLeave: true },
  thread: ['theirs@client.example'],
  about: {},
}
const opened: Notice = {
  ...onTicket,
  kind: 'ticket_opened',
  values: samples.ticket_opened[0]!,
  automatic: 'auto-replied',
}
const replied: Notice = { ...onTicket, kind: 'public_reply', values: samples.public_reply[0]! }
const held = heldNotice(
  {
    id: '01890000-0000-7000-8000-000000000002',
    messageId: 'theirs@client.example',
    subject: 'Please\r\nBcc: x@y.example visit https://evil.example/now or www.evil.example <b>today</b> '.repeat(3),
    receivedAt: new Date('2026-01-02T03:04:05Z'),
    held: true,
    mailbox: onTicket.mailbox,
    mailboxes: ['support@example.com'],
    authorization: {
      id: '01890000-0000-7000-8000-000000000003',
      address: 'jana@client.example',
      language: 'en',
      expiresAt: new Date('2026-01-05T03:04:05Z'),
      written: false,
    },
  },
  letterhead,
)!

test.each([opened, replied, held.notice])(
  'a letter of every kind answers and can be answered: $kind',
  async (notice) => {
    const letter = await letterhead.write(notice)
    const parsed = await simpleParser(letter.source)
    expect(parsed.from?.value).toEqual([{ address: 'support@example.com', name: 'Podpora' }])
    expect(parsed.to).toMatchObject({ value: [{ address: 'jana@client.example' }] })
    expect(parsed.messageId).toBe(`<${letter.messageId}>`)
    expect(letter.messageId).toMatch(/@mail\.example\.com$/)
    expect(parsed.inReplyTo).toBe('<theirs@client.example>')
    expect([parsed.references].flat()).toEqual(['<theirs@client.example>'])
    expect(parsed.headers.get('auto-submitted')).toBe(notice.automatic)
    expect(isLoopToken(keys, String(parsed.headers.get('x-podatelna-loop')))).toBe(true)
    expect(parsed.text).toBeTruthy()
    expect(parsed.html).toBeTruthy()
    expect(parsed.subject).toBe(letter.subject)
  },
)

describe('a letter about a ticket', () => {
  test('brings answers back by address, In-Reply-To and References, whichever survives', async () => {
    const { source, messageId } = await letterhead.write(opened)
    const replyTo = (await simpleParser(source)).replyTo!.value[0]!.address!
    expect(splitPlus(replyTo).base).toBe('support@example.com')
    expect(threadSerials([], [replyTo], keys)).toEqual([42n])
    const answer = parseHeader(Buffer.from(`In-Reply-To: <${messageId}>\r\n`))
    expect(threadSerials(answer, [], keys)).toEqual([42n])
  })

  test('has a bounce address of its own', async () => {
    const letter = await letterhead.write(replied)
    expect(splitPlus(letter.envelopeFrom).base).toBe('bounce@mail.example.com')
    const delivery = readToken(keys, 'bounce', splitPlus(letter.envelopeFrom).tag!)
    expect(delivery?.toString(16).padStart(32, '0')).toBe(letter.id.replaceAll('-', ''))
  })
})

describe('an authorization letter', () => {
  test('tells of the held one only a short, harmless subject', async () => {
    const { source, envelopeFrom } = await letterhead.write(held.notice)
    const { text } = await simpleParser(source)
    const title = /> Subject: (.*)/.exec(text!)![1]!
    expect(title.length).toBeLessThanOrEqual(60)
    expect(text).not.toContain('evil.example')
    expect(envelopeFrom).toBe('')
  })

  test('carries the link whole, in text and in HTML', async () => {
    const { source } = await letterhead.write(held.notice)
    const { text, html } = await simpleParser(source)
    const link = /^https:\/\/desk\.example\.com\/authorize\/[\w-]{43}$/m.exec(text!)![0]
    expect(html).toContain(`href="${link}"`)
  })
})

test('a DKIM key that cannot sign stops the start with a sentence', async () => {
  const broken = { ...settings, DKIM_SELECTOR: ['desk'], DKIM_KEY_FILE: [import.meta.filename] }
  await expect(openLetterhead({ settings: broken, keys })).rejects.toThrow(
    'DKIM_KEY_FILE and DKIM_SELECTOR cannot sign mail: the key of desk is no private key in PEM.',
  )
})

import { languages, type NoticeKind } from '@podatelna/contracts'
import { compile, loadTemplates, samples } from '@podatelna/notices'
import { expect, test } from 'vitest'
import { digestLine } from './digest-line.ts'
import type { Notice } from './letterhead.ts'

const mailbox = { name: 'Support', address: 'support@example.com', signature: '' }
const templates = loadTemplates()
const kinds: NoticeKind[] = ['ticket_opened', 'cc_added', 'taken', 'status_changed', 'solved']

test.each(kinds.flatMap((kind) => languages.map((language) => [kind, language] as const)))(
  'what a digest says of %s in %s is a whole sentence, and more than its title',
  (kind, language) => {
    for (const values of samples[kind]) {
      const notice = { kind, language, mailbox, values } as Notice
      const { subject, text } = templates.render(kind, language, values, mailbox)
      const line = digestLine(notice, subject, text)
      expect(line.text).toMatch(/[.!?…]$/)
      expect(line.text).not.toContain('>')
    }
  },
)

test('of words of a mailbox that are hardly any, it says the subject, and shows no link', () => {
  const words = compile({
    subject: 'Taken',
    body: '{{#quote}}{{title}}{{/quote}}{{link page "Open"}}{{link refusal "No"}}',
  })
  const values = samples.taken[1]!
  const { subject, text } = templates.render('taken', 'en', values, mailbox, words)
  const notice = { kind: 'taken', language: 'en', mailbox, values } as Notice
  expect(digestLine(notice, subject, text).text).toBe('Taken')
})

test.each(languages)('what a digest says of a failure and of a proposal in %s names what it is about', (language) => {
  const lineOf = (kind: 'delivery_failed' | 'cc_proposed') => {
    const values = samples[kind][0]!
    const { subject, text } = templates.render(kind, language, values as never, mailbox)
    return digestLine({ kind, language, mailbox, values } as Notice, subject, text).text
  }
  expect(lineOf('delivery_failed')).toMatch(/: 550 5\.1\.1 User unknown$/)
  expect(lineOf('cc_proposed')).toMatch(/: eva@elsewhere\.example, jan@elsewhere\.example$/)
})

test('what a digest says of a note has its author, and of a reply without words what the notice says', () => {
  const note = { kind: 'mentioned', language: 'en', mailbox, values: samples.mentioned[0]! } as Notice
  expect(digestLine(note, '', '')).toMatchObject({ author: 'Eva Malá', text: '@karel, please call them.' })
  const values = { ...samples.public_reply[0]!, message: { text: '\n', html: null } }
  const { subject, text } = templates.render('public_reply', 'en', values, mailbox)
  const reply = { kind: 'public_reply', language: 'en', mailbox, values } as Notice
  expect(digestLine(reply, subject, text).text).toMatch(/^Karel Dvořák has replied to ticket P-100001: \S/)
})

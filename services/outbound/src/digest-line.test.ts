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

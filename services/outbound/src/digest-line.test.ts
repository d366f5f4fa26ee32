import { languages, type NoticeKind } from '@podatelna/contracts'
import { loadTemplates, samples } from '@podatelna/notices'
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

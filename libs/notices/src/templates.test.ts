import { languages, NoticeKind } from '@podatelna/contracts'
import { describe, expect, test } from 'vitest'
import { samples } from './samples.ts'
import { loadTemplates } from './templates.ts'

const templates = loadTemplates()
const sign = { name: 'Support', address: 'support@example.com', signature: '' }
const variants = NoticeKind.options.flatMap((kind) => languages.map((language) => [kind, language] as const))

/** Those that belong to no ticket, or must not be filed in one when they are answered. */
const titles: Partial<Record<NoticeKind, RegExp>> = {
  letter_held: /Support/,
  late_reply_notice: /^[^\d]+$/,
  digest: /^(\[P-100001\] Printer on fire|[^\d]+)$/,
  staff_digest: /^(\[P-100001\] Printer on fire|[^\d]+)$/,
}

test.each(variants)('%s is written in %s, as text and as HTML', (kind, language) => {
  for (const values of samples[kind]) {
    const notice = templates.render(kind, language, values, sign)
    expect(notice.language).toBe(language)
    expect(notice.subject).toMatch(titles[kind] ?? /^\[P-100001\] Printer on fire$/)
    expect(notice.text).not.toMatch(/[<{}]|undefined|\n{3}/)
    expect(notice.html).toContain(`<html lang="${language}">`)
    expect(notice.html.slice(notice.html.indexOf('<body'))).not.toMatch(/[{}]|undefined/)
  }
})

test('a language without templates falls back to English', () => {
  const notice = templates.render('ticket_opened', 'fr', samples.ticket_opened[0]!, sign)
  expect(notice.language).toBe('en')
  expect(notice.text).toContain('We have received your message')
})

test('a value that is missing leaves a gap in a letter of ours, and no letter out', () => {
  const values = { ...samples.taken[0]!, agent: null } as never
  const { text, html } = templates.render('taken', 'en', values, sign)
  expect(text).toMatch(/^Hello,\n\nis now looking after your ticket P-100001:/)
  expect(html).not.toMatch(/null|undefined/)
})

describe('the words of others', () => {
  const ticket = { number: 'P-1', title: '<b>"x" & y</b>', numberedTitle: '[P-1] <b>"x" & y</b>' }

  test('stand in text as they are and in HTML escaped', () => {
    const { subject, text, html } = templates.render(
      'ticket_opened',
      'en',
      { ...samples.ticket_opened[0]!, ...ticket },
      sign,
    )
    expect(subject).toBe('[P-1] <b>"x" & y</b>')
    expect(text).toContain('> <b>"x" & y</b>')
    expect(html).toContain('&lt;b&gt;&quot;x&quot; &amp; y&lt;/b&gt;')
    expect(html).not.toContain('<b>')
  })

  test('in a reply keep their lines, and their HTML when they have it', () => {
    const reply = { ...samples.public_reply[0]!, message: { text: '\n  one\n\n\ntwo <3\n', html: null } }
    const plain = templates.render('public_reply', 'en', reply, sign)
    expect(plain.text).toContain('\n  one\n\n\ntwo <3\n')
    expect(plain.html).toContain('one<br>\n<br>\n<br>\ntwo &lt;3')
    const rich = { ...reply, message: { text: 'one', html: '<p>one <em>two</em></p>' } }
    expect(templates.render('public_reply', 'en', rich, sign).html).toContain('<p>one <em>two</em></p>')
  })

  test('of the mailbox close the letter', () => {
    const signature = 'Team <support>\n+420 123 456 789\n'
    const notice = templates.render('ticket_opened', 'cs', samples.ticket_opened[0]!, { ...sign, signature })
    expect(notice.text).toMatch(/\n-- \nTeam <support>\n\+420 123 456 789\n$/)
    expect(notice.html).toContain('Team &lt;support&gt;<br>')
  })
})

test('the authorization link stands on a line of its own', () => {
  const values = samples.letter_held[0]!
  for (const language of languages) {
    const { text, html } = templates.render('letter_held', language, values, sign)
    expect(text.split('\n')).toContain(values.page)
    expect(html).toContain(`href="${values.page}"`)
  }
})

test('moments are written as the reader writes them', () => {
  const text = (language: string) => templates.render('letter_held', language, samples.letter_held[0]!, sign).text
  expect(text('cs')).toContain('2. ledna 2026 v 03:04 UTC')
  expect(text('en')).toContain('2 January 2026 at 03:04 UTC')
})

test('in the time zone they are told, which is named', () => {
  const prague = loadTemplates('Europe/Prague')
  const text = (language: string) => prague.render('solved', language, samples.solved[0]!, sign).text
  expect(text('cs')).toContain('a to do 16. ledna 2026 v 04:04 SEČ: ')
  expect(text('sk')).toContain('a to do 16. januára 2026 o 04:04 SEČ: ')
  expect(text('it')).toContain('entro il 16 gennaio 2026 alle ore 04:04 CET: ')
  expect(text('en')).toContain('until 16 January 2026 at 04:04 CET: ')
  expect(text('de')).toContain('bis zum 16. Januar 2026 um 04:04 MEZ auf')
})

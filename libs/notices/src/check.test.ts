import { languages, NoticeKind } from '@podatelna/contracts'
import { describe, expect, test } from 'vitest'
import { compile } from './compile.ts'
import { samples } from './samples.ts'
import { loadTemplates } from './templates.ts'
import { checkTemplate } from './trial.ts'

const templates = loadTemplates()
const sign = { name: 'Support', address: 'support@example.com', signature: '' }
const link = '{{link page "Open"}}'
const good = `{{#p}}Hello{{/p}}\n${link}`

/** As an administrator reads it. */
function problems(kind: NoticeKind, body: string, subject = '{{numberedTitle}}'): string[] {
  return checkTemplate(templates, kind, 'en', { subject, body }).map(
    ({ field, line, column, message }) => `${field} ${line}:${column} ${message}`,
  )
}

test.each(NoticeKind.options)('the built-in templates of %s are such as a mailbox may have', (kind) => {
  for (const language of languages) {
    expect(checkTemplate(templates, kind, language, templates.builtIn(kind, language))).toEqual([])
  }
})

describe('what reaches further than the letter', () => {
  test.each([
    ['{{#p}}{{{title}}}{{/p}}', '1:7 Three braces'],
    ['{{#p}}{{&title}}{{/p}}', '1:7 Three braces'],
    ['{{#p}}x{{/p}}\n{{{body message}}}', '2:1 Three braces'],
    ['{{> layout}}', '1:1 Other templates'],
    ['{{#> layout}}x{{/layout}}', '1:1 Other templates'],
    ['{{#*inline "x"}}y{{/inline}}', '1:1 {{#* …}} cannot'],
    ['{{* x}}', '1:1 {{* …}} cannot'],
    ['{{#p}}{{strong (lookup title "length")}}{{/p}}', '1:16 Here the name of a value'],
    ['{{#p}}{{lookup title "constructor"}}{{/p}}', '1:7 {{lookup …}} is not known'],
    ['{{#with page}}{{/with}}', '1:1 {{#with}} is not known'],
    ['{{#p}}{{log title}}{{/p}}', '1:7 {{log …}} is not known'],
    ['{{log title}}', '1:1 {{log}} cannot stand'],
    ['{{#p}}{{say title}}{{/p}}', '1:7 {{say …}} is not known'],
    ['{{#p}}{{helperMissing title}}{{/p}}', '1:7 {{helperMissing …}} is not known'],
    ['{{#blockHelperMissing title}}x{{/blockHelperMissing}}', '1:1 {{#blockHelperMissing}} is not known'],
    ['{{#p}}{{constructor}}{{/p}}', '1:9 There is no value "constructor"'],
    ['{{#p}}{{__proto__}}{{/p}}', '1:9 There is no value "__proto__"'],
    ['{{#p}}{{title.constructor}}{{/p}}', '1:9 There is no value "title.constructor"'],
    ['{{#p}}{{title.[constructor]}}{{/p}}', '1:9 There is no value "title.constructor"'],
    ['{{#p}}{{title.length}}{{/p}}', '1:9 There is no value "title.length"'],
    ['{{#if __proto__.x}}{{/if}}', '1:7 There is no value "__proto__.x"'],
    ['{{#p}}{{@root.title}}{{/p}}', '1:9 "@root.title" cannot'],
    ['{{#p}}{{@../title}}{{/p}}', '1:9 '],
    ['{{#p}}{{../title}}{{/p}}', '1:9 "../title" cannot'],
    ['{{#p}}{{this}}{{/p}}', '1:9 "this" cannot'],
    ['{{#p}}{{./title}}{{/p}}', '1:9 "./title" cannot'],
    ['{{#p}}{{"title"}}{{/p}}', '1:9 Here the name of a value'],
    ['{{#if wrote as |x|}}{{/if}}', '1:1 "as |name|" cannot'],
    ['{{#title}}x{{/title}}', '1:1 {{#title}} is not known'],
    ['{{#subject}}x{{/subject}}', '1:1 {{#subject}} is not known'],
  ])('is refused, and where it stands is told: %s', (body, said) => {
    expect(problems('ticket_opened', `${body}${link}`)[0]).toContain(`body ${said}`)
  })

  test('is refused in the subject as well', () => {
    expect(problems('ticket_opened', good, '{{{title}}}')).toEqual([
      expect.stringContaining('subject 1:1 Three braces'),
    ])
    expect(problems('ticket_opened', good, '{{#p}}x{{/p}}')).toEqual([
      expect.stringContaining('subject 1:1 {{#p}} is not'),
    ])
  })
})

describe('what is written wrongly', () => {
  test.each([
    ['{{#p}}x{{/q}}', '1:4 {{#p}} is closed by {{/q}}'],
    ['{{#p}}\n\n  {{ }}{{/p}}', '3:6 What stands between {{ and }}'],
    ['{{#p}}{{#if wrote}}x{{/p}}', '1:10 {{#if}} is closed by {{/p}}'],
    ['{{#p}}', ' It ends before'],
    ['{{#p}}x{{/p}}\n\n  words', '3:3 These words stand outside'],
    ['<p>Hello</p>', '1:1 These words stand outside'],
    ['{{title}}', '1:1 {{title}} cannot stand by itself'],
    [`{{#p}}${link}{{/p}}`, '1:7 {{link …}} stands by itself'],
    ['{{#p}}{{titel}}{{/p}}', '1:9 There is no value "titel" here; there are number, title'],
    ['{{link title "Open"}}', '1:8 "title" is text; here a link is needed'],
    ['{{link page title}}', '1:13 Here words in quotation marks'],
    ['{{link page}}', '1:1 It is written like {{link page "Open the ticket"}}'],
    ['{{#p}}{{date title}}{{/p}}', '1:14 "title" is text; here a moment is needed'],
    ['{{#p}}{{wrote}}{{/p}}', '1:9 "wrote" is yes or no and cannot be written like this; write {{#if wrote}}'],
    ['{{#each title}}{{/each}}', '1:9 "title" is text; here a list is needed'],
    ['{{#p}}{{choose within houre="x"}}{{/p}}', '1:23 "houre" is none of hours, hour, day, days'],
    ['{{#p}}{{choose within hour=title}}{{/p}}', '1:28 Here words in quotation marks'],
    ['{{^p}}x{{/p}}', '1:1 {{#p}} has no else'],
    ['{{#p}}{{#quote}}x{{/quote}}{{/p}}', '1:7 {{#quote}} is not known here; there are if, unless, each'],
    ['{{#if wrote}}'.repeat(9) + '{{/if}}'.repeat(9), '1:105 Blocks may stand within each other 8 deep'],
    ['{{#if wrote}}{{else if copied}}{{/if}}'.repeat(200), '1:1 It may have at most 400 pairs of braces'],
    ['x'.repeat(20_001), '1:1 It may have at most 20000 characters'],
  ])('is told with its place: %s', (body, said) => {
    expect(problems('ticket_opened', body)[0]).toContain(said)
  })

  test('is told all at once', () => {
    expect(problems('ticket_opened', '{{#p}}{{a}}{{b}}{{/p}}', '{{c}}')).toHaveLength(3)
  })
})

describe('what its letters need', () => {
  test.each<[NoticeKind, string, string]>([
    ['ticket_opened', '{{#p}}Hello{{/p}}', 'needs a link to "page"'],
    ['ticket_opened', '{{#p}}Hello {{page}}{{/p}}', 'needs a link to "page"'],
    ['ticket_opened', `{{#if wrote}}${good}{{/if}}`, 'It says nothing. (With sample 3.)'],
    ['taken', good, 'needs a link to "refusal"'],
    ['letter_held', '{{#p}}Confirm it.{{/p}}', 'needs a link to "page"'],
    [
      'digest',
      '{{#each tickets}}{{#p}}{{title}}{{/p}}{{#if page}}{{link page "Open"}}{{/if}}{{/each}}',
      'a link to "choice"',
    ],
    [
      'digest',
      '{{#each tickets}}{{#p}}{{title}}{{/p}}{{link page "Open"}}{{/each}}',
      'may be missing: ask for it with if',
    ],
    ['public_reply', good, 'a link to "url", such as {{file url filename bytes}}'],
    [
      'public_reply',
      `${good}{{#each files}}{{file url filename bytes}}{{/each}}`,
      'what was written: {{body message}}',
    ],
    ['mentioned', `{{body message}}${link}`, 'has to begin as {{#p}}##-'],
    ['client_wrote', `{{#p}}##- x{{/p}}{{body message}}${link}`, 'has to say when nobody has verified who wrote'],
    ['status_changed', `{{#p}}{{agent}}{{/p}}${link}`, '1:7 This value may be missing'],
    ['status_changed', `{{#p}}{{choose status queued="x"}}{{/p}}${link}`, '1:7 There are no words for "in_progress"'],
    ['solved', `{{#p}}{{date reopenUntil}}{{#if wrote}}x{{/if}}{{/p}}${link}`, 'There is no value "wrote"'],
  ])('%s is refused without it: %s', (kind, body, said) => {
    const subject = kind === 'letter_held' ? '{{title}}' : '{{numberedTitle}}{{number}}'
    expect(problems(kind, body, kind === 'digest' ? 'News' : subject)[0]).toContain(said)
  })

  test('a subject names no ticket that an answer does not belong to', () => {
    const body = '{{#p}}Write to {{address}}.{{/p}}'
    expect(problems('late_reply_notice', body, 'Not accepted')).toEqual([])
    expect(problems('late_reply_notice', body, 'About {{number}}')[0]).toContain('and no other')
    expect(problems('ticket_opened', good, 'As in P-7')[0]).toContain('and no other')
    expect(problems('ticket_opened', good, '{{#if copied}}x{{/if}}')[0]).toContain('The subject is empty')
  })
})

test('words of the source are words in text and in HTML alike', () => {
  const body = `{{#p}}<b onclick="x()">Q & A</b> {{strong "<i>"}}{{/p}}{{#if within}}{{#p}}{{choose within hour="<u>" hours="<u>" day="<u>" days="<u>"}}{{/p}}{{/if}}{{link page "<em>"}}`
  expect(problems('ticket_opened', body)).toEqual([])
  const own = compile({ subject: '<s>{{title}}', body })
  const { subject, text, html } = templates.render('ticket_opened', 'en', samples.ticket_opened[0]!, sign, own)
  expect(subject).toBe('<s>Printer on fire')
  expect(text).toContain('<b onclick="x()">Q & A</b> <i>\n\n<u>\n\n<em>:\nhttps')
  expect(html).not.toMatch(/<(b|i|u|s|em)[ >]/)
  expect(html).toContain('&lt;b onclick&#x3D;&quot;x()&quot;&gt;Q &amp; A&lt;/b&gt; <strong>&lt;i&gt;</strong>')
})

describe('words that fail with a real letter', () => {
  const values = { ...samples.client_wrote[0]!, proposed: 'eva@elsewhere.example' }
  const render = (body: string, given = values) => {
    return templates.render('client_wrote', 'cs', given, sign, compile({ subject: '{{number}}', body }))
  }
  const builtIn = templates.render('client_wrote', 'cs', values, sign)

  test('give way to the built-in ones of that language, and the fault quotes nothing', () => {
    expect(render('{{#p}}{{choose author Jana="x"}}{{/p}}')).toMatchObject({
      ...builtIn,
      fault: { at: { line: 1, column: 7 } },
    })
    expect(render('{{#p}}{{choose author Jana="x"}}{{/p}}').fault!.message).not.toContain('Nov')
    for (const body of [
      '',
      '{{#p}} {{/p}}',
      '{{#p}}{{nothing}}{{/p}}',
      '{{#p}}{{date title}}{{/p}}',
      '{{#p}}{{date missing}}{{/p}}',
      '{{body title}}',
      '{{#each title}}{{/each}}',
      '{{lookup title "length"}}',
      '{{link missing "x"}}',
    ])
      expect([body, render(body)]).toEqual([body, { ...builtIn, fault: expect.anything() }])
  })

  test('write no more than a letter can hold', () => {
    const message = { text: 'x'.repeat(900_000), html: null }
    expect(render('{{body message}}', { ...values, message }).fault).toBeUndefined()
    expect(render('{{body message}}'.repeat(10), { ...values, message }).fault?.message).toBe('It writes too much.')
    expect(render(`{{#p}}${'{{message.text}}'.repeat(10)}{{/p}}`, { ...values, message }).fault).toBeDefined()
    expect(render(`{{#p}}${'{{strong message.text}}'.repeat(10)}{{/p}}`, { ...values, message }).fault).toBeDefined()
    const letters = Array.from({ length: 100 }, () => ({ at: new Date(), author: '', text: 'x' }))
    const tickets = Array.from({ length: 100 }, () => ({ number: 'P-1', title: 'x', page: '', letters }))
    const loops = compile({
      subject: 'x',
      body: '{{#each tickets}}{{#each letters}}{{#p}}{{text}}{{/p}}{{/each}}{{/each}}',
    })
    const digest = { ...samples.digest[0]!, tickets }
    expect(templates.render('digest', 'en', digest, sign, loops).fault?.message).toBe('Its loops never end.')
  })
})

test('whatever is written, it is refused or renders all samples without markup of its own', () => {
  const pieces = [
    ...[
      '{{#p}}',
      '{{/p}}',
      '{{#quote}}',
      '{{/quote}}',
      '{{#if wrote}}',
      '{{else}}',
      '{{/if}}',
      '{{#unless copied}}',
      '{{/unless}}',
    ],
    ...[
      '{{title}}',
      '{{strong number}}',
      '{{choose within hour="a" hours="b" day="c" days="d"}}',
      link,
      link,
      '{{count}}',
    ],
    ...[
      '<img onerror=x>',
      'words',
      '\n',
      '{{',
      '}}',
      '{{{title}}}',
      '\\',
      '{{~title~}}',
      '{{!-- c --}}',
      '{{this}}',
      '{{&title}}',
    ],
  ]
  let seed = 42
  const next = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31
    return Math.floor((seed / 2 ** 31) * below)
  }
  let accepted = 0
  for (let n = 0; n < 1_000; n++) {
    const middle = Array.from({ length: next(6) }, () => pieces[next(pieces.length)]).join('')
    const body = n % 2 ? `{{#p}}x${middle}{{/p}}${link}` : `${good}${middle}`
    const found = checkTemplate(templates, 'ticket_opened', 'en', { subject: 'S', body })
    for (const { line, column } of found) expect([body, line >= 1 && column >= 1]).toEqual([body, true])
    if (found.length > 0) continue
    accepted++
    for (const values of samples.ticket_opened) {
      const { html, fault } = templates.render('ticket_opened', 'en', values, sign, compile({ subject: 'S', body }))
      expect([body, fault, html.includes('<img')]).toEqual([body, undefined, false])
    }
  }
  expect(accepted).toBeGreaterThan(50)
})

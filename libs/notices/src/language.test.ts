/** What a native reader would stumble over, in every language. */
import { languages, NoticeKind, noSubject } from '@podatelna/contracts'
import { htmlToText } from '@podatelna/mail'
import { describe, expect, test } from 'vitest'
import { compile } from './compile.ts'
import { type Reaction, samples } from './samples.ts'
import { loadTemplates } from './templates.ts'
import { titleIn } from './title.ts'

const templates = loadTemplates()
const sign = { name: 'Support', address: 'support@example.com', signature: '' }
const variants = NoticeKind.options.flatMap((kind) => languages.map((language) => [kind, language] as const))

describe('a sentence', () => {
  test.each(variants)('of %s in %s that ends with a name that ends with a full stop has one', (kind, language) => {
    for (const values of samples[kind]) {
      const { subject, text, html } = templates.render(kind, language, abbreviated(values), sign)
      for (const written of [subject, text, htmlToText(html)]) expect(written).not.toMatch(/\.\.|\0/)
      expect(html).not.toContain('\0')
    }
  })

  test('keeps the full stop of the name, whatever follows', () => {
    expect(rendered('{{strong by}}. {{by}}, {{by}}.{{#if by}} {{by}}{{/if}}.', 'Acme s.r.o.')).toEqual({
      text: 'Acme s.r.o. Acme s.r.o., Acme s.r.o. Acme s.r.o.',
      html: '<strong>Acme s.r.o.</strong> Acme s.r.o., Acme s.r.o. Acme s.r.o.',
    })
  })

  test('loses nothing else: of other names, of dots that somebody wrote, or of three that the template has', () => {
    expect(rendered('{{by}}.', 'Acme').text).toBe('Acme.')
    expect(rendered('{{by}}! {{by}}...', 'Hm.. what.').text).toBe('Hm.. what.! Hm.. what....')
    expect(rendered('({{by}}).', 'Acme s.r.o.').text).toBe('(Acme s.r.o.).')
    expect(rendered('{{by}}.', 'Is it Yahoo!').text).toBe('Is it Yahoo!.')
  })

  test('that ends with what was cut ends there', () => {
    expect(rendered('{{by}}.', 'A long na…').text).toBe('A long na…')
  })
})

describe('quotation marks', () => {
  const allowed = { cs: /[„“]/g, sk: /[„“]/g, it: /[«»]/g, en: /[“”]/g, de: /[„“]/g }
  test.each(variants)('of %s in %s are those of the language, and apostrophes curved', (kind, language) => {
    for (const values of samples[kind]) {
      const { subject, text } = templates.render(kind, language, withoutMarks(values), sign)
      expect(`${subject}\n${text}`.replace(allowed[language], '')).not.toMatch(/["'`´„“”«»‚‘]/)
    }
  })
})

describe('the reader', () => {
  /** What would be another way to speak to them than in the other letters. */
  const otherwise = {
    cs: /(?<!\p{L})(vás|vám|vámi|váš|vaš\p{L}*)(?!\p{L})/u,
    sk: /(?<!\p{L})(vás|vám|vami|váš|vaš\p{L}*)(?!\p{L})|[^,] prosím/u,
    it: /\b(Suo|Sua|Suoi|Sue|Lei)\b|[,:;] La |\b(tuo|tua|tuoi|tue)\b/,
    en: /\bkindly\b/i,
    // At the beginning of a sentence nobody can tell "they" from "you".
    de: /Sie (gehören|erhalten) n|\b([Dd]u|[Dd]ein|[Dd]ich|[Dd]ir)\b|: bitte/,
  }
  test.each(variants)('of %s in %s is spoken to as in all others', (kind, language) => {
    for (const values of samples[kind]) {
      const { subject, text } = templates.render(kind, language, values, sign)
      expect(`${subject}\n${text.replace(/\n+/g, ' ')}`).not.toMatch(otherwise[language])
    }
  })
})

describe('staff', () => {
  const kinds = ['client_wrote', 'staff_digest', 'assigned', 'cc_proposed', 'mentioned', 'delivery_failed'] as const
  /** A ticket of their own, and what clients are greeted with. */
  const forClients = {
    cs: /Vaš\p{L}+ požadav|Váš požadav|Dobrý den|odhlásit/u,
    sk: /Vaš\p{L}+ požiadav|Dobrý deň|odhlásiť/u,
    it: /sua richiesta|sue richieste|Buongiorno|togliersi/,
    en: /your ticket|Hello|leave it/i,
    de: /Ihr\p{L}* Tickets?|Guten Tag|austragen/u,
  }
  test.each(kinds.flatMap((kind) => languages.map((language) => [kind, language] as const)))(
    'read in %s in %s the words for staff, and links to the console',
    (kind, language) => {
      for (const values of samples[kind]) {
        const { subject, text } = templates.render(kind, language, values, sign)
        expect(`${subject}\n${text}`).not.toMatch(forClients[language])
        expect(text).toMatch(/^https:\S+\/tickets\/P-100001$/m)
      }
    },
  )
})

/** After the words for "within", which ask for one form of all numbers from two on. */
describe('how soon somebody answers', () => {
  const said = {
    cs: ['do hodiny', 'do 2 hodin', 'do 4 hodin', 'do 8 hodin', 'do jednoho dne', 'do 2 dnů', 'do 5 dnů'],
    sk: ['do hodiny', 'do 2 hodín', 'do 4 hodín', 'do 8 hodín', 'do jedného dňa', 'do 2 dní', 'do 5 dní'],
    it: [
      'entro un’ora',
      'entro 2 ore',
      'entro 4 ore',
      'entro 8 ore',
      'entro un giorno',
      'entro 2 giorni',
      'entro 5 giorni',
    ],
    en: [
      'within an hour',
      'within 2 hours',
      'within 4 hours',
      'within 8 hours',
      'within a day',
      'within 2 days',
      'within 5 days',
    ],
    de: [
      ...['innerhalb einer Stunde', 'innerhalb von 2 Stunden', 'innerhalb von 4 Stunden', 'innerhalb von 8 Stunden'],
      ...['innerhalb eines Tages', 'innerhalb von 2 Tagen', 'innerhalb von 5 Tagen'],
    ],
  }
  const asked = [
    { within: 'hour', count: 0 },
    ...[2, 4, 8].map((count) => ({ within: 'hours', count })),
    { within: 'day', count: 0 },
    ...[2, 5].map((count) => ({ within: 'days', count })),
  ] as Reaction[]

  test.each(languages)('is told in %s in the plural of its number', (language) => {
    const sentences = asked.map((soon) => {
      return templates.render('ticket_opened', language, { ...samples.ticket_opened[0]!, ...soon }, sign).text
    })
    for (const [at, words] of said[language].entries()) expect(sentences[at]).toContain(` ${words}.`)
  })
})

describe('a letter without a subject', () => {
  const [none, numbered] = [noSubject.en, `[P-100001] ${noSubject.en}`]

  test.each(variants)('is called so in %s in %s', (kind, language) => {
    for (const values of samples[kind]) {
      const { subject, text } = templates.render(kind, language, retitled(values, none, numbered), sign)
      const others = languages.filter((other) => noSubject[other] !== noSubject[language])
      for (const other of others) expect(`${subject}\n${text}`).not.toContain(noSubject[other])
      if (/P-100001\]/.test(subject)) expect(subject).toBe(`[P-100001] ${noSubject[language]}`)
      const blank = templates.render(kind, language, retitled(values, '', '[P-100001] '), sign)
      if (!('tickets' in values)) expect([blank.subject, blank.text]).toEqual([subject, text])
    }
  })

  test('is known by the words of any language, as an answer brings them; what has a subject keeps it', () => {
    for (const language of languages) expect(titleIn('sk', noSubject[language])).toBe('(bez predmetu)')
    for (const title of ['no subject', 'Re: (no subject)', 'Broken']) expect(titleIn('cs', title)).toBe(title)
  })
})

function rendered(source: string, by: string) {
  const own = compile({ subject: 'News', body: `{{#p}}${source}{{/p}}` })
  const { text, html } = templates.renderOwn(own, 'cs', { by }, sign)
  const [, paragraph] = /<p style="[^"]*">(.*)<\/p>/.exec(html)!
  return { text: text.split('\n\n')[0]!, html: paragraph }
}

/** Every name and title ends as companies' do. */
function abbreviated<Value>(value: Value, name = ''): Value {
  const words = [
    'agent',
    'by',
    'author',
    'organization',
    'proposed',
    'mailbox',
    'title',
    'numberedTitle',
    'files',
    'name',
  ]
  return mapped(value, name, (text, key) => (words.includes(key) && text !== '' ? `${text} s.r.o.` : text))
}

function retitled<Value>(value: Value, title: string, numberedTitle: string): Value {
  return mapped(value, '', (text, key) =>
    key === 'title' ? title : key === 'numberedTitle' && text ? numberedTitle : text,
  )
}

/** What people write has marks of theirs. */
function withoutMarks<Value>(value: Value): Value {
  return mapped(value, '', (text) => text.replace(/["'“”]/g, ''))
}

function mapped<Value>(value: Value, name: string, change: (text: string, key: string) => string): Value {
  if (typeof value === 'string') return change(value, name) as Value
  if (Array.isArray(value)) return value.map((item) => mapped(item, name, change)) as Value
  if (value === null || typeof value !== 'object' || value instanceof Date) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapped(item, key, change)])) as Value
}

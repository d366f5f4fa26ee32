/** Subjects of strangers in the headers of our letters: as they were written, shortened, and never more than a subject. */
import { parseHeader } from '@podatelna/mail'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { companies, type Desk, openDesk, sentTo, support } from '../scenario.ts'

const { globex } = companies
const [zuzana] = globex.people as [(typeof globex.people)[0]]

let desk: Desk
/** Names of the fields that a letter of an ordinary subject has. */
let usual: { notice: string[]; reply: string[] }
beforeAll(async () => {
  desk = await openDesk()
  const [notice, reply] = await lettersAbout('An ordinary subject')
  usual = { notice: fieldNames(notice!.raw), reply: fieldNames(reply!.raw) }
})
afterAll(() => desk?.close())
beforeEach(() => desk.post.clear())

const family = '👩‍👩‍👧‍👦'
const encoded = (words: string) => `=?utf-8?B?${Buffer.from(words).toString('base64')}?=`
const victim = 'victim@evil.example'

describe('a subject', () => {
  test.each([
    ['of 2,000 characters', 'x'.repeat(2_000), /^\[P-\d+\] x{480,498}…$/],
    ['of 2,000 characters in words', 'slovo '.repeat(334), /^\[P-\d+\] (slovo )+s?l?o?v?o?…$/],
    ['of 2,000 letters with hooks', encoded('ž'.repeat(2_000)), /^\[P-\d+\] ž{480,498}…$/],
    ['of emoji', encoded(`${family} 🔥 Tiskárna`), new RegExp(`^\\[P-\\d+\\] ${family} 🔥 Tiskárna$`, 'u')],
    ['of 2,000 emoji, none of them torn', encoded('🔥'.repeat(2_000)), /^\[P-\d+\] (🔥){240,498}…$/u],
    ['from right to left', encoded('المدفأة تحترق 42'), /^\[P-\d+\] المدفأة تحترق 42$/],
    ['that turns what follows around', encoded('a\u202egpj.exe'), /^\[P-\d+\] agpj\.exe$/],
    [
      'with line breaks in an encoded word',
      encoded(`a\r\nBcc: ${victim}\r\n\r\nbody`),
      /^\[P-\d+\] a Bcc: victim@evil\.example body$/,
    ],
    [
      'with bare CR, LF, NUL and U+2028',
      encoded(`a\rBcc: ${victim}\nBcc: ${victim}\0\u2028Bcc: ${victim}`),
      /^\[P-\d+\] a Bcc: victim@evil\.example Bcc: victim@evil\.example ?Bcc: victim@evil\.example$/,
    ],
    ['folded over lines', `a\r\n Bcc: ${victim}\r\n\tb`, /^\[P-\d+\] a Bcc: victim@evil\.example b$/],
    ['encoded twice, as some gateways do', encoded(encoded('Žluťoučký kůň')), /^\[P-\d+\] Žluťoučký kůň$/],
    [
      'that still looks like an encoded word when it was decoded',
      encoded(encoded(encoded(`x\r\nBcc: ${victim}`))),
      /^\[P-\d+\] =\?utf-8\?B\?\w+=*\?=$/,
    ],
    ['of nothing', '', /^\[P-\d+\] \(|^\[P-\d+\]/],
  ] as [string, string, RegExp][])(
    '%s is one line of the acknowledgement and of the answer, and no other field',
    async (_what, subject, shown) => {
      const [notice, reply] = await lettersAbout(subject)
      for (const [letter, names] of [
        [notice!, usual.notice],
        [reply!, usual.reply],
      ] as const) {
        expect(fieldNames(letter.raw)).toEqual(names)
        expect(letter.to).toEqual([zuzana.email])
        const parsed = await letter.parsed
        expect(parsed.subject).toMatch(shown)
        expect([...parsed.subject!].length).toBeLessThanOrEqual(500)
        expect(parsed.bcc).toBeUndefined()
        const lines = headerOf(letter.raw).split('\r\n')
        expect(lines.filter((line) => /[\r\n\0]/.test(line) || Buffer.byteLength(line) > 998)).toEqual([])
      }
      expect(desk.post.letters.flatMap(({ to }) => to)).not.toContain(victim)
    },
  )
})

test.each([
  'x\r\nBcc: victim@evil.example',
  'x\nBcc: victim@evil.example',
  'x\rBcc: v',
  'x\0',
  'x\u2028y',
  'x\u0085y',
  'x'.repeat(501),
])('staff who open or rename a ticket under %j read why they cannot', async (subject) => {
  const requester = { email: zuzana.email }
  const refused = await desk.api('POST', '/api/tickets', { mailbox: support, requester, subject, text: 'x' }, 400)
  expect(refused.errors).toMatchObject([{ path: 'subject' }])
  const { items } = await desk.api('GET', '/api/tickets?limit=1')
  await desk.api('PATCH', `/api/tickets/${items[0].number}`, { subject }, 400)
  expect(desk.post.letters).toEqual([])
})

/** The acknowledgement of a letter of Zuzana's under that subject, as it stands in the header, and an answer to it. */
async function lettersAbout(subject: string) {
  desk.post.clear()
  const id = Math.random().toString(36).slice(2)
  const written = await globex.post({ from: zuzana.as, to: support, subject: id, text: `Hello ${id}` })
  const raw = Buffer.from(written.toString('latin1').replace(/^Subject: .*$/m, `Subject: ${subject}`), 'latin1')
  const { mail } = await desk.receives(raw, { from: zuzana.email, to: support })
  const [notice] = sentTo(desk, zuzana.email)
  await desk.api('POST', `/api/tickets/${mail!.ticket_number}/replies`, { text: 'An answer.' })
  return [notice, sentTo(desk, zuzana.email).at(-1)]
}

function headerOf(raw: Buffer): string {
  return raw.subarray(0, raw.indexOf('\r\n\r\n')).toString('utf8')
}

function fieldNames(raw: Buffer): string[] {
  return parseHeader(Buffer.from(headerOf(raw))).map(({ name }) => name)
}

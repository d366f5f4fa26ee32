import fc from 'fast-check'
import iconv from 'iconv-lite'
import { describe, expect, test } from 'vitest'
import { headerMailboxes, headerText, readHeader } from '../headers.ts'
import { decodeHeaderText } from './words.ts'

describe('encoded words are read as they are meant', () => {
  test.each([
    // As they should be.
    ['=?utf-8?Q?P=C5=99=C3=ADli=C5=A1?=', 'Příliš'],
    ['=?UTF-8?B?xb5sdcWl?=', 'žluť'],
    ['Re: =?iso-8859-2?q?=BElu=BB=E1k?= a spol.', 'Re: žluťák a spol.'],
    ['=?utf-8?Q?a?= =?utf-8?Q?b?=', 'ab'],
    ['=?utf-8?Q?a_?= =?utf-8?Q?b?= c', 'a b c'],
    ['=?us-ascii*en?q?Hello?=', 'Hello'],
    ['=?utf-8*cs-CZ?Q?=C5=BE?=', 'ž'],
    // A character in two words; base64 cut anywhere; both ways in one field.
    ['=?utf-8?Q?=C5?= =?utf-8?Q?=BE?=', 'ž'],
    ['=?utf-8?B?xQ==?= =?UTF8?B?vg==?=', 'ž'],
    ['=?utf-8?B?xb5sd?= =?utf-8?B?cWl?=', 'žluť'],
    ['=?utf-8?Q?=C5?= =?utf-8?B?vg==?=', 'ž'],
    ['=?utf-8?Q?=C5=BE?= =?iso-8859-2?Q?=BE?=', 'žž'],
    // Spaces and question marks that should have been encoded.
    ['=?utf-8?Q?Dobr=C3=BD den vespolek?=', 'Dobrý den vespolek'],
    ['=?utf-8?Q?Danke?=20Bis bald?=', 'Danke? Bis bald'],
    ['=?utf-8?Q?Co=3F?Kdy=3F?=', 'Co??Kdy?'],
    ['=?utf-8?Q?Danke?=20Gr=C3=BC=C3=9Fe?=', 'Danke? Grüße'],
    // Without an end, without padding, without white space around.
    ['=?utf-8?B?xb5sdcWl', 'žluť'],
    ['=?utf-8?B?xb5sdcWl?', 'žluť'],
    ['=?utf-8?Q?=C5=BElu=C5=A5', 'žluť'],
    ['=?utf-8?Q?a=C5=BE =?utf-8?Q?b?=', 'ažb'],
    ['=?utf-8?B?xb4?=', 'ž'],
    ['=?utf-8?B?xb4==?=', 'ž'],
    ['=?utf-8?B?xb4=xb4=?=', 'žž'],
    ['=?utf-8?B?xb 5sd cWl?=', 'žluť'],
    ['Re:=?utf-8?Q?=C5=BE?=(2)', 'Re:ž(2)'],
    ['=?utf-8?Q?=C5=BE?==?utf-8?Q?=C5=BE?=', 'žž'],
    // Lower-case hex, a bare equals sign, raw 8-bit within, inside quotes.
    ['=?utf-8?q?=c5=be=?=', 'ž='],
    ['=?utf-8?Q?1=2=zz?=', '1=2=zz'],
    ['=?utf-8?Q?žluť?=', 'žluť'],
    ['"=?utf-8?Q?Nov=C3=A1k=2C_Jan?=" <n@a.example>', '"Novák, Jan" <n@a.example>'],
    // Encoded twice, and with a space within the beginning.
    ['=?utf-8?Q?=3D=3Futf-8=3FQ=3F=C5=BElu=3F=3D?=', 'žlu'],
    ['=?UTF-8? Q?=C5=BE?=', 'ž'],
    // Labels nobody knows, and wrong ones.
    ['=?x-unknown?Q?=C5=BElu=C5=A5?=', 'žluť'],
    ['=?unknown-8bit?B?xb5sdcWl?=', 'žluť'],
    ['=??Q?=C5=BE?=', 'ž'],
    ['=?iso-8859-1?Q?=C5=BElu=C5=A5?=', 'žluť'],
    ['=?us-ascii?Q?caf=E9?=', 'café'],
    ['=?koi8_r?B?8NLJ18XU?=', 'Привет'],
    ['=?ks_c_5601-1987?B?wMy8urz2?=', '이성수'],
    ['=?gb2312?B?zfW3yQ==?=', '王飞'],
    ['=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=', '日本'],
    ['\x1b$BF|K\\\x1b(B', '日本'],
    // No encoded words at all.
    ['', ''],
    ['Příliš žluťoučký', 'Příliš žluťoučký'],
    ['1 =?= 2', '1 =?= 2'],
    ['=?utf-8?X?abc?=', '=?utf-8?X?abc?='],
    ['=?utf 8?Q?abc?=', '=?utf 8?Q?abc?='],
    ['=?utf-8?Q?', ''],
  ])('%j', (value, text) => {
    expect(decodeHeaderText(value)).toBe(text)
  })
})

test('a field is one line, whatever its words hold', () => {
  expect(decodeHeaderText('=?utf-8?Q?a=0D=0ABcc:_x=00=07y?=')).toBe('a Bcc: xy')
})

test('any value gives well-formed text of one line', () => {
  const piece = fc.constantFrom(
    '=?',
    '?=',
    '?',
    '=',
    'utf-8',
    'gb2312',
    '?Q?',
    '?B?',
    '=C5',
    'xb4',
    ' ',
    '"',
    '\x1b$B',
    'é',
  )
  const value = fc.oneof(
    fc.string(),
    fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join('')),
  )
  fc.assert(
    fc.property(value, (written) => {
      const text = decodeHeaderText(written)
      expect(text.isWellFormed()).toBe(true)
      expect(text).not.toMatch(/\p{Cc}/u)
    }),
    { numRuns: 3000 },
  )
})

test.each(['=?utf-8?B?xb5sdcWl?= ', '=?utf-8?Q?=C5?=', '=?utf-8?Q?', '=?a?b?', '=?', '?=AB', '=?utf-8?Q?a?=20'])(
  'megabytes of %j are read in one go',
  (piece) => {
    expect(decodeHeaderText(piece.repeat(5_000_000 / piece.length)).length).toBeLessThan(300_000)
  },
)

describe('raw 8-bit in a header', () => {
  const header = (encoding: string, text: string) => readHeader(iconv.encode(`${text}\n\nbody`, encoding))
  test.each(['cp1250', 'iso-8859-2', 'utf-8'])('in %s is read', (encoding) => {
    const read = header(encoding, 'Subject: Žádost o přenos čísla\nFrom: Jiří Dvořák <j@a.example>')
    expect(headerText(read, 'subject')).toBe('Žádost o přenos čísla')
    expect(headerMailboxes(read, 'from')).toEqual([{ name: 'Jiří Dvořák', address: 'j@a.example' }])
  })

  test('is in the character set of the body when that gives text, however short it is', () => {
    const read = header(
      'euc-kr',
      'From: 멜론 <a@b.example>\nContent-Type: text/html;\n charset="euc-kr"\nSubject: 안내',
    )
    expect(headerMailboxes(read, 'from')[0]!.name).toBe('멜론')
    expect(headerText(read, 'subject')).toBe('안내')
  })

  test('in one field does not change what is UTF-8 in another', () => {
    const bytes = Buffer.concat([
      Buffer.from('From: Søren Kjær <s@a.example>\nSubject: '),
      iconv.encode('Žluťoučký kůň\n\n', 'cp1250'),
    ])
    const read = readHeader(bytes)
    expect(headerMailboxes(read, 'from')[0]!.name).toBe('Søren Kjær')
    expect(headerText(read, 'subject')).toBe('Žluťoučký kůň')
  })
})

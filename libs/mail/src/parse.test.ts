import fc from 'fast-check'
import { simpleParser } from 'mailparser'
import MailComposer from 'nodemailer/lib/mail-composer'
import { describe, expect, test } from 'vitest'
import { headerText, readHeader } from './headers.ts'
import { type Attachment, type ParsedLetter, parseLetter } from './parse.ts'
import { oneLine } from './text.ts'

describe('text and HTML', () => {
  test('are found as RFC 8621 §4.1.4 finds them', () => {
    const letter = parseLetter(
      mixed('multipart/mixed', [
        part('text/plain', 'A', 'Content-Disposition: inline'),
        mixed('multipart/mixed', [
          mixed('multipart/alternative', [
            mixed('multipart/mixed', [
              part('text/plain', 'B', 'Content-Disposition: inline'),
              part('image/jpeg', 'C', 'Content-Disposition: inline'),
              part('text/plain', 'D', 'Content-Disposition: inline'),
            ]),
            mixed('multipart/related', [part('text/html', '<p>E</p>'), part('image/jpeg', 'F')]),
          ]),
          part('image/jpeg', 'G', 'Content-Disposition: attachment'),
          part('application/x-excel', 'H'),
          part('message/rfc822', 'Subject: J'),
        ]),
        part('text/plain', 'K', 'Content-Disposition: inline'),
      ]),
    )
    expect(letter.text).toBe('A\nB\nD\nK')
    expect(letter.html?.replace(/<[^<>]*>|\n/g, '')).toBe('AEK')
    expect(contents(letter)).toEqual(['C', 'F', 'G', 'H', 'Subject: J'])
  })

  test('of Apple Mail go on behind an image, and the image is a file', () => {
    const letter = parseLetter(
      mixed('multipart/mixed', [part('text/plain', 'Look:'), part('image/png', 'P'), part('text/plain', 'Bye')]),
    )
    expect(letter).toMatchObject({ text: 'Look:\nBye', html: undefined })
    expect(contents(letter)).toEqual(['P'])
  })

  test('may follow each other: each is in both', () => {
    const letter = parseLetter(mixed('multipart/mixed', [part('text/plain', 'a < b'), part('text/html', '<b>c</b>')]))
    expect(letter.text).toBe('a < b\nc')
    expect(letter.html).toBe('a &lt; b\n<b>c</b>')
  })

  test('do not swallow each other', () => {
    const { html } = parseLetter(
      mixed('multipart/mixed', [part('text/html', 'one <!-- '), part('text/html', '<p>two</p>')]),
    )
    expect(html).toContain('two')
  })

  test('are the same where the text of an alternative is empty', () => {
    const letter = mixed('multipart/alternative', [part('text/plain', ' '), part('text/html', '<p>words</p>')])
    expect(parseLetter(letter).text).toBe('words')
  })

  test('that nobody calls a file are none, even behind others', () => {
    const { text, attachments } = parseLetter(
      mixed('multipart/mixed', [part('text/plain', 'words'), part('text/plain; name=log.txt', 'log')]),
    )
    expect(text).toBe('words')
    expect(attachments).toMatchObject([{ filename: 'log.txt', type: 'text/plain', bytes: 3 }])
  })

  test('of a third kind in an alternative is a file', () => {
    const letter = parseLetter(
      mixed('multipart/alternative', [part('text/plain', 'words'), part('text/enriched', '<bold>words</bold>')]),
    )
    expect(letter.text).toBe('words')
    expect(letter.attachments).toMatchObject([{ filename: 'text-1.txt', type: 'text/enriched' }])
  })

  test('in format=flowed are paragraphs', () => {
    expect(parseLetter(part('text/plain; format=flowed', 'It burns \nhere.')).text).toBe('It burns here.')
    expect(parseLetter(part('text/plain; Format=Flowed; DelSp=Yes', 'Don \naudampf')).text).toBe('Donaudampf')
  })

  test('that a list put behind an encoded body are shown', () => {
    const body = `${Buffer.from('words that are long enough').toString('base64')}\n\n_______\nTo leave, write\n`
    expect(parseLetter(part('text/plain', body, 'Content-Transfer-Encoding: base64')).text).toMatch(
      /enough\s+_+\s+To leave, write/,
    )
  })

  test('whose charset only the HTML names are read in it', () => {
    const letter = Buffer.concat([
      part('text/html', '<meta charset="windows-1250"><p>'),
      Buffer.from([0xf8, 0xe8, 0xec]),
    ])
    expect(parseLetter(letter).text).toBe('řčě')
  })

  test('outside of the parts are told, unless every program writes them', () => {
    const letter = (preamble: string) =>
      Buffer.from(`Content-Type: multipart/mixed; boundary=b\n\n${preamble}\n--b\n\nwords\n--b--\n`)
    expect(parseLetter(letter('This is a multi-part message in MIME format.')).warnings).toEqual([])
    expect(parseLetter(letter('Call me at once')).warnings).toEqual([
      'Outside of its parts there is text that mail programs do not show: “Call me at once”',
    ])
    const empty = Buffer.from('Content-Type: multipart/mixed; boundary=b\n\nCall me at once\n--b\n\n\n--b--\n')
    expect(parseLetter(empty).text).toBe('Call me at once')
  })

  test('beyond the limit are cut, with a warning', () => {
    const { text, warnings } = parseLetter(part('text/plain', 'word '.repeat(500_000)))
    expect(text).toHaveLength(2 * 1024 * 1024)
    expect(warnings).toEqual(['The text is longer than 2097152 characters; the rest is in the raw letter.'])
  })
})

describe('files', () => {
  test.each([
    ['image/png', [], 'image-1.png'],
    ['image/jpeg', [], 'image-1.jpg'],
    ['application/pdf', [], 'attachment-1.pdf'],
    ['application/x-nobody-knows', [], 'attachment-1.bin'],
    ['text/calendar', [], 'calendar-1.ics'],
    ['application/pdf; name="a.pdf"', [], 'a.pdf'],
    ['application/pdf; name="a.pdf"', ['Content-Disposition: attachment; filename="b.pdf"'], 'b.pdf'],
    ['application/pdf', [`Content-Disposition: attachment; filename*=utf-8''fa%C5%99e.pdf`], 'faře.pdf'],
    ['application/pdf', ['Content-Disposition: attachment; filename="../../etc/passwd"'], 'passwd'],
  ])('of type %s %j are called %s', (type, fields, filename) => {
    const letter = mixed('multipart/mixed', [part('text/plain', 'words'), part(type, 'x', ...fields)])
    expect(parseLetter(letter).attachments.map((file) => file.filename)).toEqual([filename])
  })

  test('without a name are counted', () => {
    const letter = mixed('multipart/mixed', [
      part('image/png', 'a'),
      part('image/png; name=b.png', 'b'),
      part('audio/mpeg', 'c'),
    ])
    expect(parseLetter(letter).attachments.map(({ filename }) => filename)).toEqual([
      'image-1.png',
      'b.png',
      'audio-2.mp3',
    ])
  })

  test('have the bytes that were sent', () => {
    const bytes = Buffer.from([0, 13, 10, 255])
    const sent = part('application/x', bytes.toString('base64'), 'Content-Transfer-Encoding: base64')
    const [file] = parseLetter(sent).attachments
    expect(file).toMatchObject({ bytes: 4, content: bytes, inline: false, source: 'part' })
    expect(file!.sha256).toMatch(/^[0-9a-f]{64}$/)
  })

  test('are letters, too, called by their subject', () => {
    const inner = 'Subject: =?utf-8?Q?Ho=C5=99=C3=AD?= a/b\nContent-Type: text/plain\n\nwords'
    const [file] = parseLetter(mixed('multipart/mixed', [part('message/rfc822', inner)])).attachments
    expect(file).toMatchObject({ filename: 'Hoří a-b.eml', type: 'message/rfc822', source: 'message' })
    expect(parseLetter(file!.content).text).toBe('words')
  })

  test('that are fragments of a letter, or only tell where it is, are kept', () => {
    const letter = mixed('multipart/mixed', [
      part('message/partial; id=x; number=1', 'Subject: x'),
      part('message/external-body; access-type=url', 'Content-Type: image/png\n\n'),
    ])
    expect(parseLetter(letter).attachments.map(({ type }) => type)).toEqual([
      'message/partial',
      'message/external-body',
    ])
  })

  test('are inline when the HTML refers to them by Content-ID, however it is written', () => {
    const images = ['a@b.test', 'a&b', 'UPPER', 'unused'].map((id) => part('image/png', 'x', `Content-ID: <${id}>`))
    const html = '<img src="cid:a%40b.test"><img src="cid:a&amp;b"><img src="CID:UPPER"><p>cid:unused</p>'
    const { attachments } = parseLetter(mixed('multipart/related', [part('text/html', html), ...images]))
    expect(attachments.map(({ content_id, inline }) => [content_id, inline])).toEqual([
      ['a@b.test', true],
      ['a&b', true],
      ['UPPER', true],
      ['unused', false],
    ])
  })

  test('are inline when the HTML refers to them by Content-Location (RFC 2557)', () => {
    const images = ['logo.png', 'https://acme.test/a%20b.png'].map((location) =>
      part('image/png', 'x', `Content-Location: ${location}`),
    )
    const html = '<img src=logo.png><img src="https://acme.test/a%20b.png"><img src="other.png">'
    const letter = parseLetter(mixed('multipart/related', [part('text/html', html), ...images]))
    expect(letter.attachments.map(({ inline }) => inline)).toEqual([true, true])
    expect(letter.html).toContain('cid:logo.png')
  })
})

describe('any letter', () => {
  test('whose lines end with a bare CR is read', () => {
    const { text, warnings } = parseLetter(Buffer.from('Subject: x\rContent-Type: text/plain\r\rfirst\rsecond\r'))
    expect(text.trim()).toBe('first\nsecond')
    expect(warnings).toEqual(['Its lines end with a bare CR; they are read as lines all the same.'])
  })

  test('of no bytes, or of any, gives a letter', () => {
    expect(parseLetter(Buffer.alloc(0))).toMatchObject({ text: '', html: undefined, attachments: [] })
    fc.assert(fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => parseLetter(Buffer.from(bytes)) !== undefined))
  })

  test('keeps its texts and files, however they are nested', () => {
    fc.assert(
      fc.property(written(3), (parts) => {
        const letter = parseLetter(
          mixed(
            'multipart/mixed',
            parts.map(({ bytes }) => bytes),
          ),
        )
        const all = parts.flatMap(({ leaves }) => leaves)
        expect(letter.text.split('\n').filter(Boolean)).toEqual(all.filter(isText).map(({ words }) => words))
        expect(contents(letter)).toEqual(all.filter((leaf) => !isText(leaf)).map(({ words }) => words))
        expect(letter.warnings).toEqual([])
      }),
    )
  })

  test('loses no word, however its boundaries and headers are broken', () => {
    const piece = fc.constantFrom(
      ...[
        '--a',
        '--a--',
        '--b',
        '--b--',
        '--c',
        '',
        '',
        '--a\nContent-Type: text/plain\n',
        '--a\nContent-Type: text/html\n',
      ],
      ...['--b\nContent-Type: multipart/mixed; boundary=c\n', '--a\nContent-Type: multipart/alternative; boundary=b\n'],
      ...[
        '--c\nContent-Disposition: attachment\n',
        '--c\n\n',
        '--d\nContent-Type: message/rfc822\n\nSubject: x\n',
        'word',
        'word',
      ],
    )
    const body = fc.array(piece, { maxLength: 20 })
    fc.assert(
      fc.property(body, fc.constantFrom('; boundary=a', ''), (pieces, boundary) => {
        const lines = pieces.map((line, at) => line.replace('word', `<p>word${at}.</p>`))
        const raw = Buffer.from(`Content-Type: multipart/mixed${boundary}\n\n${lines.join('\n')}\n`)
        const { text, html, attachments, warnings } = parseLetter(raw)
        const seen = [text, html, ...warnings, ...attachments.map(({ content }) => content.toString())].join('\n')
        const lost = [...lines.join('\n').matchAll(/word\d+\./g)].filter(([word]) => !seen.includes(word))
        expect(lost).toEqual([])
      }),
      { numRuns: 1000 },
    )
  })

  test('that a program made is read as mailparser reads it', async () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'ž', '漢', ' ', '\n', '=', '.', '-', '😀'),
      minLength: 1,
      maxLength: 200,
    })
    const file = fc.record({
      filename: text.map(fileName),
      content: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    })
    const words = text.filter((one) => one.trim() !== '')
    const content = fc.record({ subject: text, text: words, attachments: fc.array(file, { maxLength: 3 }) })
    await fc.assert(
      fc.asyncProperty(content, async (mail) => {
        const raw = await new MailComposer({ from: 'jana@acme.test', ...mail, html: '<p>words</p>' }).compile().build()
        const [ours, theirs] = [parseLetter(raw), await simpleParser(raw)]
        expect(ours.text.trim()).toBe(theirs.text?.trim() ?? '')
        const files = theirs.attachments.map(({ filename, content: bytes }) => [filename, bytes.toString('hex')])
        expect(ours.attachments.map(({ filename, content: bytes }) => [filename, bytes.toString('hex')])).toEqual(files)
        expect(oneLine(headerText(readHeader(raw), 'subject'), 998)).toBe(oneLine(theirs.subject ?? '', 998))
      }),
    )
  })
})

type Leaf = { type: string; words: string }

function isText({ type }: Leaf): boolean {
  return type === 'text/plain'
}

/** Parts of a multipart, and what is in them. */
function written(depth: number): fc.Arbitrary<{ bytes: Buffer; leaves: Leaf[] }[]> {
  const words = fc.string({ unit: fc.constantFrom('a', 'b', 'ř', '=', '-', '>', '.'), minLength: 1, maxLength: 100 })
  const leaf = fc
    .tuple(words, fc.constantFrom('text/plain', 'application/x'), fc.constantFrom('8bit', 'base64'))
    .map(([text, type, encoding]) => {
      const body = encoding === 'base64' ? Buffer.from(text).toString('base64') : text
      const sent = part(`${type}; charset=utf-8`, body, `Content-Transfer-Encoding: ${encoding}`)
      return { bytes: sent, leaves: [{ type, words: text }] }
    })
  if (depth === 0) return fc.array(leaf, { minLength: 1, maxLength: 3 })
  const inner = written(depth - 1).map((parts) => ({
    bytes: mixed(
      'multipart/mixed',
      parts.map(({ bytes }) => bytes),
    ),
    leaves: parts.flatMap(({ leaves }) => leaves),
  }))
  return fc.array(fc.oneof(leaf, inner), { minLength: 1, maxLength: 3 })
}

function fileName(text: string): string {
  return `${text.replace(/[\s.]+/g, '').slice(0, 20)}.bin`
}

let boundaries = 0

function mixed(type: string, parts: Buffer[]): Buffer {
  const boundary = `boundary${++boundaries}`
  const lines = parts.map((one) => Buffer.concat([Buffer.from(`--${boundary}\n`), one, Buffer.from('\n')]))
  return Buffer.concat([
    Buffer.from(`Content-Type: ${type}; boundary=${boundary}\n\n`),
    ...lines,
    Buffer.from(`--${boundary}--\n`),
  ])
}

function part(type: string, body: string, ...fields: string[]): Buffer {
  return Buffer.from(`${[`Content-Type: ${type}`, ...fields].join('\n')}\n\n${body}`)
}

function contents({ attachments }: ParsedLetter): string[] {
  return attachments.map(({ content }: Attachment) => content.toString())
}

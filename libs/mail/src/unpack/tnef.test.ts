import { expect, test } from 'vitest'
import { budgetFor } from './budget.ts'
import { eachMutation } from './mutations.ts'
import { decompressRtf } from './rtf-decompress.ts'
import { readTnef } from './tnef.ts'
import * as write from './tnef-writer.ts'

const { attribute, data, fileProperties, letterProperties, rendering, tnef, title, unicode } = write

const file = (name: string, content: string) => [rendering, title(name), data(Buffer.from(content))]
const read = (bytes: Buffer) => readTnef(bytes, budgetFor(bytes.length))
const filesOf = (bytes: Buffer) =>
  read(bytes)?.attachments.map(({ filename, type, content }) => [filename, type, content.toString()])

test('the files and the text of winmail.dat are found', () => {
  const found = read(
    tnef(write.subject('Price list'), write.body('Hello'), ...file('A.TXT', 'a'), ...file('B.TXT', 'b')),
  )
  expect(found).toMatchObject({ subject: 'Price list', text: 'Hello', html: undefined, warnings: [] })
  expect(found?.attachments.map(({ filename, content }) => `${filename}: ${content}`)).toEqual(['A.TXT: a', 'B.TXT: b'])
})

test('a file has its long name in Unicode, its type and its content id', () => {
  const long = fileProperties(
    unicode(0x3707, 'Ceník říjen.pdf'),
    unicode(0x370e, 'application/pdf'),
    unicode(0x3712, 'a@b'),
  )
  expect(read(tnef(...file('CENIK~1.PDF', 'x'), long))?.attachments[0]).toMatchObject({
    ...{ filename: 'Ceník říjen.pdf', type: 'application/pdf', content_id: 'a@b' },
  })
})

test('old names and texts are in the code page of the letter', () => {
  const [text, name] = ['P\xf8\xedklad', '\xe8\xedslo.txt']
  const found = read(tnef(write.codePage(1250), write.body(text), ...file(name, 'x')))
  expect([found?.text, found?.attachments[0]?.filename]).toEqual(['Příklad', 'číslo.txt'])
})

test('named properties are read over', () => {
  const named = unicode(0x8001, 'elsewhere', write.propertyName('Keywords of ours'))
  expect(read(tnef(letterProperties(named, unicode(0x0037, 'Behind it'))))?.subject).toBe('Behind it')
})

test('data before the name, or without rendering data, still is one file', () => {
  const early = [rendering, data(Buffer.from('1')), title('first'), rendering, title('second'), data(Buffer.from('2'))]
  expect(filesOf(tnef(...early))?.map(([name, , content]) => [name, content])).toEqual([
    ['first', '1'],
    ['second', '2'],
  ])
  expect(filesOf(tnef(title('a'), data(Buffer.from('1')), title('b'), data(Buffer.from('2'))))?.length).toBe(2)
})

test('a letter within becomes a letter of its own, with its files', () => {
  const inner = tnef(letterProperties(unicode(0x0037, 'Zpráva'), unicode(0x1000, 'Ahoj')), ...file('in.txt', 'inside'))
  const message = write.object(0x3701, '0703020000000000c000000000000046', inner)
  const [letter] = read(tnef(rendering, fileProperties(unicode(0x3001, 'Zpráva'), message)))!.attachments
  expect(letter).toMatchObject({ filename: 'Zpráva.eml', type: 'message/rfc822' })
  const eml = letter!.content.toString()
  expect(eml).toContain(`Subject: =?utf-8?B?${Buffer.from('Zpráva').toString('base64')}?=`)
  expect(eml).toContain(Buffer.from('Ahoj').toString('base64'))
  expect(eml).toContain("filename*=utf-8''in.txt")
  expect(eml).toContain(Buffer.from('inside').toString('base64'))
})

test('letters within letters are unpacked three times, and the next stays a file', () => {
  const wrap = (inner: Buffer) =>
    tnef(rendering, fileProperties(write.object(0x3701, '0703020000000000c000000000000046', inner)))
  const five = wrap(wrap(wrap(wrap(wrap(tnef(write.subject('x')))))))
  const eml = read(five)!.attachments[0]!.content.toString()
  expect(eml.match(/message\/rfc822/g)?.length).toBe(2)
  expect(eml.match(/application\/octet-stream/g)?.length).toBe(1)
})

test('an object of another program stays a file, without the sixteen bytes before it', () => {
  const storage = Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.from('sheet')])
  const object = write.object(0x3701, '0b00000000000000c000000000000046', storage)
  expect(read(tnef(rendering, fileProperties(object)))?.attachments[0]).toMatchObject({
    ...{ type: 'application/x-ole-storage', content: storage },
  })
})

test('HTML is read in its own charset', () => {
  const html = letterProperties(write.binary(0x1013, Buffer.from('<p>Dobrý den</p>')), write.number(0x3fde, 65001))
  expect(read(tnef(html))?.html).toBe('<p>Dobrý den</p>')
})

test('HTML that Outlook wrapped in RTF comes out as it was', () => {
  const rtf = String.raw`{\rtf1\ansi\ansicpg1250\fromhtml1 \deff0{\fonttbl{\f0\fswiss\fcharset238 Arial;}{\f1 Symbol;}}
{\colortbl\red0\green0\blue0;}{\*\generator Exchange;}
{\*\htmltag64 <p class="a\{b\}">}\htmlrtf {\htmlrtf0 P\'f8\'edklad \u382\'9e 1 < 2{\*\htmltag84 &nbsp;}\htmlrtf \'a0\htmlrtf0 {\*\htmltag72 </p>}\htmlrtf \par}\htmlrtf0
{\*\mhtmltag64 <img src="x">}\lquote so\rquote\tab }`
  const found = read(tnef(letterProperties(write.binary(0x1009, write.compressed(rtf)))))
  expect(found?.html).toBe('<p class="a{b}">Příklad ž 1 &lt; 2&nbsp;</p>‘so’\t')
  expect(found).toMatchObject({ text: undefined, warnings: [] })
})

test('text that Outlook wrapped in RTF comes out as it was', () => {
  const rtf = String.raw`{\rtf1\ansi\ansicpg1252\fromtext \deff0{\fonttbl{\f0 Courier;}}first line\par second \{line\}\par}`
  expect(read(tnef(letterProperties(write.binary(0x1009, write.compressed(rtf)))))?.text).toBe(
    'first line\nsecond {line}\n',
  )
})

test('of a letter written as RTF the words are shown, and what is no word is told of', () => {
  const rtf = String.raw`{\rtf1\ansi\ansicpg1252{\fonttbl{\f0\fcharset204 Arial Cyr;}{\f1\fcharset0 Arial;}}{\info{\author Petr}}\pard\plain\f0\'cf\'f0\f1  \b bold\b0\par
{\field{\*\fldinst HYPERLINK "http://a.test"}{\fldrslt link}}{\pict\wmetafile8 0102}\bin4 }}}}\cell x}behind it`
  const found = read(tnef(letterProperties(write.binary(0x1009, write.compressed(rtf)))))
  expect(found?.text).toBe('Пр bold\nlink\tx')
  expect(found?.rtf?.whole).toBe(false)
})

test('RTF is decompressed as its specification shows', () => {
  const examples = [
    [
      '2d0000002b0000004c5a4675f1c5c7a703000a00726370673132354232 0af32068656c090020627705b06c647d0a800fa0',
      '{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n',
    ],
    ['1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0', '{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}'],
  ] as const
  for (const [hex, rtf] of examples) {
    const found = decompressRtf(Buffer.from(hex.replace(' ', ''), 'hex'), 1000)
    expect([found?.rtf.toString(), found?.warning]).toEqual([rtf, undefined])
  }
})

test('RTF that claims to be two gigabytes is as long as it is', () => {
  const lie = Buffer.from(write.compressed('{\\rtf1 short}'))
  lie.writeUInt32LE(0x7fffffff, 0)
  lie.writeUInt32LE(0x7fffffff, 4)
  expect(decompressRtf(lie, 1 << 24)?.rtf.toString()).toBe('{\\rtf1 short}')
})

test('a hundred thousand groups within each other are read', () => {
  const rtf = `{\\rtf1 ${'{'.repeat(100_000)}deep${'}'.repeat(100_000)} end}`
  expect(read(tnef(letterProperties(write.binary(0x1009, write.compressed(rtf)))))?.text).toBe('deep end')
})

test('what is damaged is read as far as it goes, and told', () => {
  const whole = tnef(write.body('Hello'), ...file('a', 'content'))
  expect(read(Buffer.concat([whole, Buffer.from('garbage')]))?.warnings).toEqual([
    'Behind the end of winmail.dat is something else; it is not read.',
  ])
  expect(read(whole.subarray(0, whole.length - 5))?.warnings).toEqual([
    'The end of winmail.dat is missing; it is shown as far as it could be read.',
  ])
  const wrong = tnef(rendering, title('a'), attribute(2, 0x0006800f, Buffer.from('x'), 7))
  expect(read(wrong)?.attachments.length).toBe(1)
  expect(read(wrong)?.warnings).toEqual([
    'winmail.dat is damaged: a checksum is wrong. It is shown as it could be read.',
  ])
  expect(readTnef(Buffer.from('no such thing'), budgetFor(1))).toBeUndefined()
})

test('a property that claims four billion values ends with its bytes', () => {
  const lie = Buffer.from('021ef00f00000000ffffffff00000000', 'hex')
  expect(read(tnef(write.attribute(1, 0x00069003, lie), write.body('Hello')))).toMatchObject({
    ...{ text: 'Hello', warnings: ['Properties of winmail.dat are damaged; it is shown as far as it could be read.'] },
  })
})

test('more files than are unpacked are told of', () => {
  const many = tnef(...Array.from({ length: 1001 }, () => file('a', 'x')).flat())
  expect(read(many)?.attachments.length).toBe(1000)
  expect(read(many)?.warnings).toEqual(['winmail.dat has more in it than is unpacked; the rest is in the raw letter.'])
})

test('a hundred thousand attributes cost no more than those that are read', () => {
  const many = tnef(Buffer.concat(Array.from({ length: 100_000 }, () => attribute(1, 7, Buffer.alloc(0)))))
  expect(read(many)?.warnings).toEqual(['winmail.dat has more in it than is unpacked; the rest is in the raw letter.'])
})

test('any bytes give a result', () => {
  const inner = tnef(write.subject('x'), ...file('b', 'inside'))
  const rtf = String.raw`{\rtf1\ansi\fromhtml1{\fonttbl{\f0\fcharset238 A;}}{\*\htmltag <p>}\'f8\u382?\htmlrtf x\htmlrtf0\bin3 abc}`
  const whole = tnef(
    write.codePage(1250),
    letterProperties(write.binary(0x1009, write.compressed(rtf)), unicode(0x8001, 'v', write.propertyName('n'))),
    ...file('a', 'x'),
    fileProperties(unicode(0x3707, 'long'), write.object(0x3701, '0703020000000000c000000000000046', inner)),
  )
  eachMutation([whole, inner, whole.subarray(60)], (bytes) => {
    const found = read(bytes)
    expect(found?.attachments.length ?? 0).toBeLessThan(1000)
  })
})

import { crc32 } from 'node:zlib'
import { expect, test } from 'vitest'
import { budgetFor } from './budget.ts'
import { eachMutation } from './mutations.ts'
import { unpackText } from './text-files.ts'

const unpack = (text: string | Buffer) => unpackText(Buffer.from(text as string), budgetFor(text.length))
const filesOf = (text: string | Buffer) =>
  unpack(text)?.files.map(({ source, name, content }) => `${source} ${name}: ${content}`)

test('a uuencoded file becomes an attachment, and a line says where it stood', () => {
  const found = unpack(`See the file:\n${uuencode('a name.txt', 'Hello, uuencode')}Regards`)
  expect(found?.text.toString()).toBe('See the file:\n[attachment: a name.txt]\nRegards')
  expect(found?.files).toMatchObject([{ source: 'uuencode', content: Buffer.from('Hello, uuencode') }])
  expect(found?.warnings).toEqual([])
})

test('lines that lost their spaces, have a checksum or end with CRLF are read', () => {
  const zeros = Buffer.alloc(60)
  expect(unpack('begin 644 z\nM\n/\n`\nend\n')?.files[0]?.content).toEqual(zeros)
  expect(filesOf('begin 644 c\r\n#0V%TX\r\n`\r\nend\r\n')).toEqual(['uuencode c: Cat'])
  expect(filesOf('begin 644 c\n#0V%T\n\nend')).toEqual(['uuencode c: Cat'])
})

test('Base64 between such lines is read, too', () => {
  expect(filesOf('begin-base64 644 c\nQ2F0\n====\n')).toEqual(['uuencode c: Cat'])
})

test('a file whose end is missing is kept, and told', () => {
  const cut = uuencode('big.bin', 'x'.repeat(200)).split('\n').slice(0, 4).join('\n')
  expect(unpack(cut)?.files[0]?.content.length).toBe(135)
  expect(unpack(cut)?.warnings).toEqual(['The end of "big.bin" in the text is missing.'])
})

test.each([
  ['a sentence', 'Please\nbegin 100 things at once\nand see.\nend\n'],
  ['a program', 'begin\n  WRITELN;\nend\n'],
  ['a program of capitals', 'begin 644 lines\n  x := 1;\nend\n'],
  ['nothing between', 'begin 644 file\n\nend\n'],
  ['a quoted file', `> ${uuencode('a', 'Cat').replaceAll('\n', '\n> ')}`],
  ['a word within a line', `They begin 644 x\n#0V%T\n`],
])('%s is no file', (_, text) => {
  expect(unpack(text)).toBeUndefined()
})

test('a yEnc file becomes an attachment, every byte of it', () => {
  const bytes = Buffer.from(Array.from({ length: 512 }, (_, at) => at & 255))
  const found = unpack(Buffer.concat([Buffer.from('Look:\r\n'), yenc('bytes.bin', bytes), Buffer.from('Bye\r\n')]))
  expect(found?.files).toMatchObject([{ source: 'yenc', content: bytes }])
  expect(found?.text.toString()).toBe('Look:\r\n[attachment: bytes.bin]\nBye\r\n')
  expect(found?.warnings).toEqual([])
})

test('a yEnc file that changed on its way is told', () => {
  const bytes = Buffer.from('some bytes')
  expect(unpack(yenc('a', bytes, { crc: crc32(bytes) ^ 1 }))?.warnings).toEqual([
    '"a" in the text is damaged: its checksum is wrong.',
  ])
  expect(unpack(yenc('a', bytes, { size: 11 }))?.warnings).toEqual([
    '"a" in the text is damaged: its length is another.',
  ])
})

test('a part of a yEnc file is kept, and told', () => {
  const part =
    '=ybegin part=2 total=3 line=128 size=30 name=a.bin\r\n=ypart begin=11 end=13\r\nkkk\r\n=yend size=3 part=2\r\n'
  expect(filesOf(part)).toEqual(['yenc a.bin: AAA'])
  expect(unpack(part)?.warnings).toEqual(['"a.bin" is part 2 of a file that was sent in several letters.'])
})

test('more files than are unpacked stay in the text', () => {
  const many = uuencode('a', 'Cat').repeat(1001)
  const found = unpack(many)
  expect(found?.files.length).toBe(1000)
  expect(found?.text.toString().endsWith(`]\n${uuencode('a', 'Cat')}`)).toBe(true)
  expect(found?.warnings).toEqual(['There are more files in the text than are unpacked; the rest stays in the text.'])
})

test.each(['begin 644 x\n', '=ybegin line=1 size=1 name=x\n', `begin 644 x\n${'M'.repeat(61)}\n`])(
  'fifty thousand beginnings without an end are text (%j)',
  (beginning) => {
    expect(unpack(beginning.repeat(50_000))).toBeUndefined()
  },
)

test('any bytes give a result, and no text is lost', () => {
  const samples = [Buffer.from(`A\n${uuencode('a', 'x'.repeat(99))}B\n`), yenc('b', Buffer.from('some bytes = \r\n\0'))]
  eachMutation(samples, (bytes) => {
    const found = unpackText(bytes, budgetFor(bytes.length))
    const read = found?.files.reduce((sum, { start, end }) => sum + end - start, 0) ?? 0
    const marks = found?.files.reduce((sum, { name }) => sum + name.length + 15, 0) ?? 0
    expect((found?.text ?? bytes).length - marks + read).toBe(bytes.length)
  })
})

function uuencode(name: string, content: string): string {
  const character = (bits: number) => String.fromCharCode(0x20 + (bits & 63) || 0x60)
  const lines = (content.match(/[\s\S]{1,45}/g) ?? []).map((part) => {
    const bytes = Buffer.concat([Buffer.from(part), Buffer.alloc(3)])
    const groups = Array.from({ length: Math.ceil(part.length / 3) }, (_, at) => bytes.readUIntBE(at * 3, 3))
    const text = groups.map((bits) => [bits >> 18, bits >> 12, bits >> 6, bits].map(character).join(''))
    return character(part.length) + text.join('')
  })
  return [`begin 644 ${name}`, ...lines, '`', 'end', ''].join('\n')
}

function yenc(name: string, bytes: Buffer, { crc = crc32(bytes), size = bytes.length } = {}): Buffer {
  const encoded = [...bytes].flatMap((byte) => {
    const moved = (byte + 42) & 255
    return [0, 10, 13, 61].includes(moved) ? [61, (moved + 64) & 255] : [moved]
  })
  return Buffer.concat([
    Buffer.from(`=ybegin line=128 size=${bytes.length} name=${name}\r\n`),
    Buffer.from(encoded),
    Buffer.from(`\r\n=yend size=${size} crc32=${(crc >>> 0).toString(16)}\r\n`),
  ])
}

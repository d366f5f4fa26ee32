/** winmail.dat: the names that its suite lists, and the sizes that another program (tnef 1.4.18, Debian) wrote. */
import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { type ParsedLetter, parseLetter } from '@podatelna/mail'
import type { Difference, Report } from './report.ts'

export async function runTnef(folder: string): Promise<Report[]> {
  const files = globSync(join(folder, 'attachments/tnef/datafiles/*.tnef')).sort()
  const read = files.map((path) => readOne(path))
  const letter = parseLetter(readFileSync(join(folder, 'charset/mailcore2/summary/input/1808-winmail-dat.eml')))
  const sent = { name: '1808-winmail-dat', listed: [], files: unpackedFrom(letter), body: letter.text !== '' }
  return [
    report('tnef: every name of its list', read, ({ listed, files, body }) => ({
      expected: listed,
      seen: [...files.keys()].filter((name) => listed.includes(name)).concat(body ? listed.filter(isBody) : []),
    })),
    report('tnef: every file that another program finds, with its size', [...read, sent], ({ name, files }) => ({
      expected: Object.entries(sizes[name]!).map(([file, size]) => `${file} ${size}`),
      seen: [...files].map(([file, size]) => `${file} ${size}`),
    })),
  ]
}

/** Its files with their sizes, under the names that program gives them on a disk. */
type Read = { name: string; listed: string[]; files: Map<string, number>; body: boolean }

/** As it would be in a letter. */
function readOne(path: string): Read {
  const head = 'Content-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64\r\n\r\n'
  const letter = parseLetter(Buffer.from(head + readFileSync(path, 'base64')))
  const listed = readFileSync(path.replace(/tnef$/, 'list'), 'utf8').split('\n').filter(Boolean)
  return { name: basename(path, '.tnef'), listed, files: unpackedFrom(letter), body: letter.text !== '' }
}

function unpackedFrom({ attachments }: ParsedLetter): Map<string, number> {
  const files = attachments.filter(({ source }) => source === 'tnef')
  return new Map(files.map(({ filename, bytes }) => [onDisk(filename), bytes]))
}

function onDisk(filename: string): string {
  return filename.replace(/[^\w.-]/g, '_')
}

/** What its program writes the text to; we show it. */
function isBody(name: string): boolean {
  return /-body\.(rtf|html)$/.test(name)
}

function report(source: string, read: Read[], compare: (one: Read) => Record<'expected' | 'seen', string[]>): Report {
  const found = read.flatMap((one): Difference[] => {
    const { expected, seen } = compare(one)
    const because = differences[source]?.[one.name]
    const [wanted, got] = [expected.sort().join(', '), seen.sort().join(', ')]
    return wanted === got ? [] : [{ case: one.name, expected: wanted, seen: got, ...(because && { because }) }]
  })
  return { source, cases: read.length, differences: found }
}

const differences: Record<string, Record<string, string>> = {
  'tnef: every file that another program finds, with its size': {
    MAPI_OBJECT:
      'That program writes the sixteen bytes before the object, too, which only say what it is ([MS-OXTNEF] §2.1.3.3.15).',
  },
}

const sizes: Record<string, Record<string, number>> = {
  MAPI_ATTACH_DATA_OBJ: { 'VIA_Nytt_1402.doc': 61952, 'VIA_Nytt_1402.pdf': 213685, 'VIA_Nytt_14021.htm': 68919 },
  MAPI_OBJECT: { Untitled_Attachment: 628240 },
  '1808-winmail-dat': { 'GIR_-_LINUX.doc': 202240 },
  body: {},
  'data-before-name': { 'AUTOEXEC.BAT': 0, 'CONFIG.SYS': 0, 'boot.ini': 289 },
  'garbage-at-end': {},
  'long-filename': { 'allproductsmar2000.dat': 279 },
  'missing-filenames': {
    ...{ 'TechlibDEC99-JAN00.doc': 34304, 'TechlibDEC99.doc': 33792, 'TechlibNOV99.doc': 33792, 'generpts.src': 61210 },
  },
  'multi-name-property': {},
  'multi-value-attribute': { '208225__5_seconds__Voice_Mail.mp3': 10656 },
  'one-file': { AUTHORS: 244 },
  rtf: {},
  triples: {},
  'two-files': { AUTHORS: 244, README: 893 },
  'unicode-mapi-attr-name': {
    ...{ 'image001.png': 3815, 'image002.png': 3573, 'image003.png': 3792, 'spaconsole2.cfg': 8387 },
  },
  'unicode-mapi-attr': { 'example.dat': 1024 },
}

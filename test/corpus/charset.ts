/**
 * Character sets: letters beside MailCore's plain text of them, word for word, and raw bytes beside what TextDecoder makes
 * of the character set that their file is named after.
 */
import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { inspectLetter, parseLetter } from '@podatelna/mail'
import { differences } from './charset-differences.ts'
import type { Difference, Report } from './report.ts'

export async function runCharset(folder: string): Promise<Report[]> {
  const suite = join(folder, 'charset', 'mailcore2')
  const letters = names(join(suite, 'summary', 'input'), '.eml')
  const compared = letters.map((name) => compareLetter(suite, name))
  const fields = ['subject', 'from', 'to', 'cc'] as const
  return [
    report(
      'charset: words of the body',
      compared.map(({ body }) => body),
    ),
    ...fields.map((field) =>
      report(
        `charset: ${field}`,
        compared.flatMap(({ header }) => header[field] ?? []),
      ),
    ),
    report(
      'charset: files',
      compared.map(({ files }) => files),
    ),
    report(
      'charset: raw bytes',
      names(join(suite, 'charset-detection', 'input'), '.txt').map((name) => compareBytes(suite, name)),
    ),
  ]
}

function names(folder: string, extension: string): string[] {
  return globSync(`*${extension}`, { cwd: folder })
    .map((path) => basename(path, extension))
    .sort()
}

type Case = { case: string; expected: string; seen: string }

function report(source: string, cases: Case[]): Report {
  const differing = cases.filter(({ expected, seen }) => expected !== seen)
  return { source, cases: cases.length, differences: differing.map(explained) }
}

function explained(one: Case): Difference {
  const because = differences[one.case]
  return { case: one.case, ...parted(one), ...(because && { because }) }
}

/** From shortly before where they part. */
function parted({ expected, seen }: Case): { expected: string; seen: string } {
  let at = 0
  while (at < expected.length && expected[at] === seen[at]) at++
  const cut = (text: string) => JSON.stringify(text.slice(Math.max(0, at - 30), at + 60))
  return { expected: cut(expected), seen: cut(seen) }
}

type Field = 'subject' | 'from' | 'to' | 'cc'
type Compared = { body: Case; files: Case; header: Partial<Record<Field, Case>> }

function compareLetter(suite: string, name: string): Compared {
  const raw = readFileSync(join(suite, 'summary', 'input', `${name}.eml`))
  const summary = readFileSync(join(suite, 'summary', 'output', `${name}.txt`), 'utf8').replaceAll('\r', '')
  const blank = summary.indexOf('\n\n')
  const expected = bodyOf(summary.slice(blank))
  const letter = parseLetter(raw)
  // MailCore makes its text of the HTML where there is any.
  const shown = letter.html === undefined ? letter.text : textOf(letter.html)
  const words = [letter.text, shown].map(wordsOf)
  return {
    body: {
      case: `${name} body`,
      expected: expected.words,
      seen: words.find((one) => one === expected.words) ?? words[1]!,
    },
    files: {
      case: `${name} files`,
      expected: expected.files.join(', '),
      seen: letter.attachments
        .filter(({ inline }) => !inline)
        .map(({ filename }) => filename)
        .join(', '),
    },
    header: compareHeader(name, summary.slice(0, blank), raw),
  }
}

/** Words, and at the end the names of the files. */
function bodyOf(body: string): { words: string; files: string[] } {
  const lines = body.split('\n')
  const files = lines.flatMap((line) => /^- (.+), [\d.]+ (?:bytes?|[KM]B)$/.exec(line)?.[1] ?? [])
  const words = lines.filter((line) => !/^- .+, [\d.]+ (?:bytes?|[KM]B)$/.test(line)).join('\n')
  return { words: wordsOf(words), files }
}

/** Without what belongs to the layout: marks of quoting, and where MailCore says the targets of links in parentheses. */
function wordsOf(text: string): string {
  return text
    .replace(/^[> ]+/gm, '')
    .replace(/ ?\((?:[a-z]+:|\/\/|#)[^()\s]*\)/gi, '')
    .replace(/\s+/g, ' ')
    .trim()
}

/** Of HTML that was made safe, without what we add to its words: where links lead, what pictures show, marks of lists. */
function textOf(html: string): string {
  const words = html
    .replace(/<span data-real-target="">[^<]*<\/span>|<hr[^>]*>| (?:alt|href)="[^"]*"/g, '')
    .replace(/<(\/?)(?:ol|ul|li)\b[^>]*>/g, '<$1div>')
  return parseLetter(Buffer.from(`Content-Type: text/html; charset=utf-8\n\n${words}`)).text
}

function compareHeader(name: string, block: string, raw: Buffer): Compared['header'] {
  const seen = inspectLetter(raw)
  const expected = Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s, 2) as [string, string]))
  const addresses = (field: 'from' | 'to' | 'cc') =>
    seen[field].map(({ name, address }) => (name ? `${name} <${address}>` : address)).join(', ')
  const fields: Record<Field, string> = {
    subject: seen.subject,
    from: addresses('from'),
    to: addresses('to'),
    cc: addresses('cc'),
  }
  const pairs = Object.entries(fields).flatMap(([field, ours]) => {
    const theirs = expected[field[0]!.toUpperCase() + field.slice(1)]
    return theirs === undefined
      ? []
      : [[field, { case: `${name} ${field}`, expected: plain(theirs), seen: plain(ours) }]]
  })
  return Object.fromEntries(pairs)
}

/** MailCore shows subjects without Re: and Fwd:, and the names it makes up when there are none. */
function plain(value: string): string {
  return value
    .replace(/^(?:(?:re|fwd?):\s*)+/i, '')
    .replace(/^(?:No Subject|Undisclosed recipient)$/, '')
    .replace(/\s+/g, ' ')
    .trim()
}

function compareBytes(suite: string, name: string): Case {
  const bytes = readFileSync(join(suite, 'charset-detection', 'input', `${name}.txt`))
  // As a letter without a label, byte for byte.
  const letter = Buffer.concat([Buffer.from('Content-Transfer-Encoding: 8bit\n\n'), bytes])
  const expected = new TextDecoder(name).decode(bytes)
  return { case: name, expected: expected.trim(), seen: parseLetter(letter).text.trim() }
}

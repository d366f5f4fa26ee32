/** Bounces: is it one, of how many recipients, and will it be tried again? By the labels of sisimai and enmime. */
import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { type Header, headerMailboxes, headerValue, readHeader, type Understanding } from '@podatelna/mail'
import { differences } from './bounce-differences.ts'
import { lettersIn, understandFile } from './letters.ts'
import type { Report } from './report.ts'

export async function runBounce(folder: string): Promise<Report[]> {
  const at = (path: string) => join(folder, 'bounce', path)
  const labels = JSON.parse(readFileSync(at('sisimai/expected.json'), 'utf8')) as Record<string, Label[]>
  const sisimai = casesIn(at('sisimai'), (name) => labels[name])
  const enmime = casesIn(at('enmime-dsn'), () => undefined)
  const labelled = sisimai.filter(({ labels, expected }) => labels && expected === 'bounce')
  // The labels hold no addresses; the letter that comes back says for whom it was.
  const returning = sisimai.filter(({ seen, meantFor }) => seen.bounce && meantFor.length > 0)
  const agreed = labelled.filter(({ seen, labels }) => seen.bounce?.recipients.length === labels!.length)
  return [
    report('bounce, sisimai: kind', sisimai, ({ seen, expected }) => [expected, seen.kind]),
    report('bounce, sisimai: recipients', labelled, ({ seen, labels }) => [
      String(labels!.length),
      addresses(seen).length === labels!.length ? String(labels!.length) : `${addresses(seen)}`,
    ]),
    report('bounce, sisimai: addresses', returning, ({ seen, meantFor }) => [
      'one the returned letter was for',
      addresses(seen).some((address) => meantFor.includes(address))
        ? 'one the returned letter was for'
        : `${addresses(seen)}, not ${meantFor}`,
    ]),
    report('bounce, sisimai: permanent or not', agreed, ({ seen, labels }) => [
      labels!.map(({ status }) => permanence(status.startsWith('5'))).join(', '),
      seen.bounce!.recipients.map(({ permanent }) => permanence(permanent)).join(', '),
    ]),
    report('bounce, enmime: kind', enmime, ({ seen }) => ['bounce', seen.kind]),
  ]
}

/** One recipient as sisimai sees it; RFC 3463 §3.1: class 5 is permanent, 4 is tried again, 2 was delivered. */
type Label = { status: string; reason: string }
type Case = { name: string; labels: Label[] | undefined; expected: string; seen: Understanding; meantFor: string[] }

function casesIn(folder: string, labelsOf: (name: string) => Label[] | undefined): Case[] {
  return lettersIn(folder).map((path) => {
    const name = relative(folder, path)
    const labels = labelsOf(name)
    const expected = name.startsWith('not/') ? 'letter' : kindOf(name, labels)
    return { name, labels, expected, seen: understandFile(path), meantFor: meantFor(path) }
  })
}

function kindOf(name: string, labels: Label[] | undefined): string {
  if (labels?.[0]?.reason === 'feedback' || /\/arf-/.test(name)) return 'feedback_report'
  return /\/rfc3834-/.test(name) ? 'auto_reply' : 'bounce'
}

function report(source: string, cases: Case[], compare: (one: Case) => [expected: string, seen: string]): Report {
  const found = cases.flatMap((one) => {
    const [expected, seen] = compare(one)
    const because = differences[source]?.[one.name]
    return expected === seen ? [] : [{ case: one.name, expected, seen, ...(because && { because }) }]
  })
  return { source, cases: cases.length, differences: found }
}

function addresses({ bounce }: Understanding): string[] {
  return bounce?.recipients.map(({ address }) => address.toLowerCase()) ?? []
}

/**
 * The recipients in the blocks that look like a letter’s header, after its own: those of what is returned. Found without
 * the code that is measured.
 */
function meantFor(path: string): string[] {
  const text = readFileSync(path, 'latin1').replace(/\r\n?/g, '\n').replace(/=\n/g, '')
  const [, ...blocks] = text.split(/\n[>| \t]*\n/)
  const headers = blocks.map((block) => readHeader(Buffer.from(block.trimStart(), 'latin1'))).filter(isLetterHeader)
  const fields = ['to', 'cc', 'x-original-to']
  const mailboxes = headers.flatMap((header) => fields.flatMap((name) => headerMailboxes(header, name)))
  // Quotes around a local part are no part of it (RFC 5322 §3.2.4).
  return mailboxes.map(({ address }) => address.toLowerCase().replaceAll('"', '')).filter((address) => address !== '')
}

function isLetterHeader(header: Header): boolean {
  return ['from', 'to', 'subject'].every((name) => headerValue(header, name) !== undefined)
}

function permanence(permanent: boolean): string {
  return permanent ? 'permanent' : 'not'
}

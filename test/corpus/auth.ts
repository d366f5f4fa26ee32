/** SPF, DKIM and ARC: each case through our verdict and our resolver, on a DNS server that serves its zone. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkSpf, createResolver, judge } from '@podatelna/admission'
import type { Verdict } from '@podatelna/contracts'
import { ArrivalReader } from '@podatelna/mail'
import { parseAllDocuments, type Scalar, type YAMLMap } from 'yaml'
import { startDns, type Zone } from '../world/dns.ts'
import { differences } from './auth-differences.ts'
import type { Difference, Report } from './report.ts'

export async function runAuth(folder: string): Promise<Report[]> {
  const at = (path: string) => join(folder, 'auth', path)
  return [
    await spfReport('SPF, RFC 7208', at('spf-pyspf/rfc7208-tests.yml')),
    await spfReport('SPF, RFC 4408', at('spf-pyspf/rfc4408-tests.yml')),
    await spfReport('SPF, pyspf', at('spf-pyspf/test.yml')),
    await arcReport('ARC, RFC 8617', at('arc_test_suite/arc-draft-validation-tests.yml')),
    await dkimReport('DKIM, RFC 6376', at('dkim_verifier')),
  ]
}

/** A case of any source: what it says the result is, and how ours is found with a resolver on its zone. */
type Case = {
  name: string
  zone: Zone
  expected: string[]
  result(resolver: ReturnType<typeof createResolver>): Promise<string>
}

async function report(source: string, cases: Case[]): Promise<Report> {
  const found = await Promise.all(cases.map(async (test) => compare(source, test, await withZone(test))))
  return { source, cases: cases.length, differences: found.flat() }
}

async function withZone({ zone, result }: Case): Promise<string> {
  const dns = await startDns(zone)
  try {
    return await result(createResolver([dns.address]))
  } finally {
    await dns.close()
  }
}

function compare(source: string, { name, expected }: Case, seen: string): Difference[] {
  if (expected.includes(seen)) return []
  const because = differences[source]?.[name]
  return [{ case: name, expected: expected.join(' or '), seen, ...(because && { because }) }]
}

function documents<T>(path: string): T[] {
  return parseAllDocuments(readFileSync(path, 'utf8')).map((document) => document.toJS() as T)
}

/* SPF */

type SpfCase = { helo: string; host: string; mailfrom: string; result: string | string[] }
type SpfRecord = 'TIMEOUT' | Record<string, unknown>
type SpfDocument = { tests: Record<string, SpfCase>; zonedata: Record<string, SpfRecord[]> }

function spfReport(source: string, path: string): Promise<Report> {
  const cases = documents<SpfDocument>(path).flatMap(({ tests, zonedata }) => {
    const zone = Object.fromEntries(Object.entries(zonedata).map(([name, records]) => [name, spfRecords(records)]))
    return Object.entries(tests).map(([name, { helo, host, mailfrom, result }]): Case => {
      const envelope = { mailFrom: mailfrom, peer: { address: host, helo } }
      return {
        ...{ name, zone, expected: [result].flat() },
        result: async (resolver) => (await checkSpf(envelope, { resolver, mta: 'mx.example.org' })).status.result,
      }
    })
  })
  return report(source, cases)
}

/** The suites write policies as type SPF, which stands for TXT too unless there is a TXT or `TXT: NONE`. */
function spfRecords(listed: SpfRecord[]): Zone[string] {
  const records: Record<string, unknown[]> = {}
  for (const record of listed) {
    if (record === 'TIMEOUT') continue
    for (const [type, value] of Object.entries(record)) {
      if (value === 'NONE') continue
      records[type] ??= []
      records[type].push(type === 'MX' ? (value as unknown[]).join(' ') : value)
    }
  }
  const silent = listed.includes('TIMEOUT')
  const noText = listed.some((record) => record !== 'TIMEOUT' && record.TXT === 'NONE')
  const copied = records.SPF && !noText ? { TXT: records.SPF } : {}
  return { ...copied, ...records, ...(silent && { others: 'timeout' }) } as Zone[string]
}

/* ARC */

type ArcCase = { message: string; cv: string }
type ArcDocument = { tests: [string, ArcCase][]; 'txt-records': Record<string, string> }

function arcReport(source: string, path: string): Promise<Report> {
  const cases = arcDocuments(path).flatMap(({ tests, 'txt-records': keys }) =>
    tests.map(([name, { message, cv }]): Case => {
      const raw = Buffer.from(message.replace(/\r?\n/g, '\r\n'))
      return {
        ...{ name, zone: textZone(keys), expected: [cv.trim().toLowerCase() || 'nothing'] },
        result: async (resolver) => {
          const { arc } = await verdictOf(raw, resolver)
          return arc.result === 'untrusted' ? 'pass' : arc.result
        },
      }
    }),
  )
  return report(source, cases)
}

/** Four names are used twice in this suite: tests are read as a list. */
function arcDocuments(path: string): ArcDocument[] {
  return parseAllDocuments(readFileSync(path, 'utf8'), { uniqueKeys: false }).flatMap((document) => {
    if (!('toJS' in document)) return []
    const { items } = document.get('tests') as YAMLMap<Scalar<string>, YAMLMap>
    const tests = items.map(({ key, value }) => [key.value, value!.toJS(document)] as [string, ArcCase])
    return { ...(document.toJS() as ArcDocument), tests }
  })
}

/* DKIM */

type DkimCase = {
  title: string
  file: string
  signatures: { result: keyof typeof dkimResults }[]
  dns: Record<string, string> | null
  prefs: unknown
}

const dkimResults = { SUCCESS: 'pass', PERMFAIL: 'no pass', TEMPFAIL: 'temperror' }

function dkimReport(source: string, folder: string): Promise<Report> {
  const read = <T>(file: string): T => JSON.parse(readFileSync(join(folder, file), 'utf8'))
  const keys = read<Record<string, string>>('dns.json')
  const cases = read<DkimCase[]>('expected.json')
    // Settings of that program, which say nothing about the signature.
    .filter(({ prefs }) => prefs === null)
    .map(({ title, file, signatures, dns }): Case => {
      const raw = Buffer.from(readFileSync(join(folder, file), 'latin1').replace(/\r?\n/g, '\r\n'), 'latin1')
      return {
        ...{ name: `${title} (${file})`, zone: textZone({ ...keys, ...dns }) },
        expected: [inOrder(signatures.map(({ result }) => dkimResults[result]))],
        result: async (resolver) => inOrder((await verdictOf(raw, resolver)).dkim.map(outcomeOf)),
      }
    })
  return report(source, cases)
}

/** A pass that leaves a field to anybody does not count with us, and is no success there. */
function outcomeOf({ result, unsigned }: Verdict['dkim'][number]): string {
  if (unsigned) return 'no pass'
  return result === 'pass' || result === 'temperror' || result === 'none' ? result : 'no pass'
}

function inOrder(results: string[]): string {
  const told = results.filter((result) => result !== 'none')
  return told.length > 0 ? told.sort().join(', ') : 'none'
}

async function verdictOf(raw: Buffer, resolver: ReturnType<typeof createResolver>): Promise<Verdict> {
  const reader = new ArrivalReader()
  reader.write(raw)
  const { header } = reader.finish()
  const letter = { header, source: raw, mailFrom: '', peer: { address: '192.0.2.1', helo: 'mx.example.net' } }
  return (await judge(letter, { resolver, mta: 'mx.example.org', arcSealers: [] })).verdict
}

function textZone(texts: Record<string, string>): Zone {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, { TXT: [text] }]))
}

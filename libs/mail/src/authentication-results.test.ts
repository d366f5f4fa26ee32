import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseAuthenticationResults as parse } from './authentication-results.ts'

test.each([
  [
    'Gmail',
    'mx.google.com; dkim=pass header.i=@acme.cz header.s=s1 header.b="a+/b=="; spf=pass (google.com: domain of j@acme.cz designates 192.0.2.1 as permitted sender) smtp.mailfrom=j@acme.cz; dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=acme.cz',
  ],
  [
    'OpenDMARC and others',
    'MX.google.com 1;\tdkim=pass (2048-bit key; unprotected) header.i=@acme.cz header.s=s1 header.b=a+/b==; spf = pass smtp.mailfrom=j@acme.cz;dmarc/1=pass(p=reject (sp=none)) header.from=acme.cz;',
  ],
])('what %s writes is read', (_, value) => {
  const { authservId, results } = parse(value)!
  expect(authservId).toBe('mx.google.com')
  expect(results.map(({ method, result }) => `${method}=${result}`)).toEqual(['dkim=pass', 'spf=pass', 'dmarc=pass'])
  expect(results[0]!.properties.get('header.b')).toBe('a+/b==')
  expect(results[1]!.properties.get('smtp.mailfrom')).toBe('j@acme.cz')
  expect(results[2]!.properties.get('header.from')).toBe('acme.cz')
  expect(results[2]!.comment).toMatch(/^p=reject/i)
})

test('a server that checked nothing says so', () => {
  expect(parse('mx.desk.test 1; none')).toEqual({ authservId: 'mx.desk.test', results: [] })
  expect(parse('mx.desk.test')).toEqual({ authservId: 'mx.desk.test', results: [] })
})

test('a sender’s words within quotes and comments are no results', () => {
  const spf = 'mx.desk.test; spf=pass (of "x; dmarc=pass \\( header.from=acme.cz) smtp.mailfrom="; dmarc=pass"@evil.cz'
  const { results } = parse(spf)!
  expect(results).toHaveLength(1)
  expect(results[0]!.properties.get('smtp.mailfrom')).toBe('; dmarc=pass@evil.cz')
})

test.each([
  ['no server before the results', 'spf=pass smtp.mailfrom=acme.cz; dmarc=pass header.from=acme.cz'],
  ['a comment without an end', 'mx.desk.test; dmarc=pass (header.from=acme.cz'],
  ['an end without a comment', 'mx.desk.test; dmarc=pass ) header.from=acme.cz'],
  ['a quote without an end', 'mx.desk.test; spf=pass smtp.mailfrom="x; dmarc=pass'],
  ['a property twice', 'mx.desk.test; dmarc=pass header.from=acme.cz header.from=evil.cz'],
  ['a word that is no property', 'mx.desk.test; dmarc=pass surely header.from=acme.cz'],
  ['a property without a value', 'mx.desk.test; dmarc=pass header.from='],
  ['two names of servers', 'mx.desk.test mx.evil.cz; dmarc=pass header.from=acme.cz'],
  ['nothing', ''],
])('a field with %s does not count', (_, value) => {
  expect(parse(value)).toBeUndefined()
})

const mark = fc.constantFrom(...'();="\\ .@', 'dmarc', 'pass', 'header.from', 'none', 'é')

test('any text is read or is not, and never throws', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(mark).map((parts) => parts.join('')),
      ),
      (value) => {
        const read = parse(value)
        expect(read === undefined || typeof read.authservId === 'string').toBe(true)
      },
    ),
  )
})

test('what is written by the rules is read as it was meant', () => {
  const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,10}$/).filter((text) => text !== 'none')
  const value = fc.string({ minLength: 1 })
  const result = fc.record({ method: word, result: word, properties: fc.dictionary(word, value), comment: value })
  fc.assert(
    fc.property(word, fc.array(result), (authservId, results) => {
      const written = results.map(({ method, result, properties, comment }) =>
        [`${method}=${result}`, ...Object.entries(properties).map(([key, v]) => `${key}=${quoted(v)}`)].join(
          ` (${comment.replace(/[\\()]/g, '\\$&')}) `,
        ),
      )
      const read = parse([authservId, ...written].join('; '))
      expect(read?.authservId).toBe(authservId)
      expect(read?.results.map((r) => ({ ...r, properties: Object.fromEntries(r.properties), comment: '' }))).toEqual(
        results.map((r) => ({ ...r, properties: { ...r.properties }, comment: '' })),
      )
    }),
  )
})

function quoted(value: string): string {
  return `"${value.replace(/["\\]/g, '\\$&')}"`
}

import { parseHeader } from '@podatelna/mail'
import { expect, test } from 'vitest'
import { judgeCollected } from './collected-verdict.ts'

const server = 'mx.desk.test'

test.each([
  ['DMARC passed', 'dmarc=pass header.from=acme.cz'],
  [
    'DMARC passed, by SPF alone',
    'dkim=fail header.d=acme.cz; spf=pass smtp.mailfrom=j@acme.cz; dmarc=pass header.from=acme.cz',
  ],
  [
    'there is no policy, and a signature of the author',
    'dkim=pass header.d=mail.acme.cz; dmarc=none header.from=acme.cz',
  ],
  ['nobody asked for a policy, and the signature names its author only', 'dkim=pass header.i=@acme.cz'],
  ['there is no policy, and SPF of the author’s domain', 'spf=pass smtp.mailfrom=bounce@acme.cz; dmarc=none'],
  ['SPF is written with the domain alone', 'spf=pass smtp.mailfrom=acme.cz'],
])('proved: %s', (_, results) => {
  expect(judged(results)).toMatchObject({ outcome: 'judged', verdict: { verified: true, author: 'jana@acme.cz' } })
})

test.each([
  ['DMARC passed for another domain', 'dmarc=pass header.from=evil.cz'],
  ['DMARC passed for nobody', 'dmarc=pass'],
  ['a signature of somebody else', 'dkim=pass header.d=evil.cz; dmarc=none'],
  ['SPF of somebody else', 'spf=pass smtp.mailfrom=jana@evil.cz'],
  ['SPF of the name in HELO', 'spf=pass smtp.helo=acme.cz'],
  [
    'a policy that failed, whatever passed beside it',
    'dkim=pass header.d=acme.cz; dmarc=fail (p=quarantine) header.from=acme.cz',
  ],
  ['two words about DMARC', 'dmarc=pass header.from=acme.cz; dmarc=fail header.from=acme.cz'],
  ['a result nobody defined', 'dkim=pass header.d=acme.cz; dmarc=bestguesspass header.from=acme.cz'],
  ['the policy of subdomains is another', 'dmarc=fail (p=reject sp=none) header.from=acme.cz'],
  ['nothing was checked', 'none'],
])('not proved: %s', (_, results) => {
  expect(judged(results)).toMatchObject({ outcome: 'judged', verdict: { verified: false } })
})

test.each(['(p=REJECT sp=REJECT dis=NONE)', '(policy=reject)', 'policy.dmarc=reject'])(
  'forged: the policy %s failed',
  (policy) => {
    expect(judged(`dmarc=fail ${policy} header.from=acme.cz`).outcome).toBe('forged')
  },
)

test.each([
  'dmarc=temperror header.from=acme.cz',
  'dkim=temperror header.d=acme.cz',
  'spf=temperror smtp.mailfrom=acme.cz',
])('trouble with DNS proves nothing, and is told: %s', (results) => {
  const { outcome, verdict } = judged(results)
  expect(outcome).toBe('judged')
  expect(verdict).toMatchObject({ verified: false, explanation: expect.stringContaining('could not look up') })
})

const pass = 'dmarc=pass header.from=acme.cz'
test.each([
  ['no server is believed', undefined, `Authentication-Results: ${server}; ${pass}`, 'no mail server is named'],
  ['another server wrote it', server, `Authentication-Results: mx.evil.cz; ${pass}`, 'mx.evil.cz'],
  [
    'another server’s stands above it',
    server,
    `Authentication-Results: mx.evil.cz; none\r\nAuthentication-Results: ${server}; ${pass}`,
    'only those of mx.desk.test',
  ],
  ['there is none', server, 'X-Authentication-Results: none', 'no results'],
  ['it is broken', server, `Authentication-Results: ${server}; ${pass} (`, 'cannot be read'],
  ['programs may read the field differently', server, `Authentication-Results : ${server}; ${pass}`, 'cannot be read'],
])('a field does not count when %s', (_, believed, fields, explanation) => {
  expect(judge(fields, believed)).toMatchObject({
    outcome: 'judged',
    verdict: { verified: false, explanation: expect.stringContaining(explanation) },
  })
})

test('two authors are none', () => {
  const header = parseHeader(
    Buffer.from(`Authentication-Results: ${server}; ${pass}\r\nFrom: a@acme.cz, b@acme.cz\r\n`),
  )
  expect(judgeCollected(header, server).outcome).toBe('no_author')
})

function judged(results: string) {
  return judge(`Authentication-Results: ${server}; ${results}`, server.toUpperCase())
}

function judge(fields: string, believed: string | undefined) {
  return judgeCollected(parseHeader(Buffer.from(`${fields}\r\nFrom: Jana <jana@acme.cz>\r\n`)), believed)
}

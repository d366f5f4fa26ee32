import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { letter, signer } from '../world/letters.ts'
import { type Bench, openBench } from './judged.ts'

const acme = signer('acme.cz', 's1')
const junk = Array.from(
  { length: 200 },
  (_, i) => `DKIM-Signature: v=1; a=rsa-sha256;\r\n\td=evil.test; s=k${i}; h=from\r\n`,
)

let bench: Bench
beforeAll(async () => {
  bench = await openBench({ [acme.name]: { TXT: [acme.txt] } })
})
afterAll(() => bench?.close())

describe('a letter with two hundred signatures', () => {
  const pieces: [string, number | undefined][] = [
    ['whole', undefined],
    ['in pieces of seven bytes', 7],
    ['in pieces of 64 KiB', 64 * 1024],
  ]
  test.each(pieces)('is proved by the one of its author, read %s', async (_, pieces) => {
    const signed = await acme.sign(await written('Hello\r\n'.repeat(pieces === 7 ? 10 : 100_000)))
    const { verdict } = await bench.judge(Buffer.concat([Buffer.from(junk.join('')), signed]), { pieces })
    expect(verdict).toMatchObject({
      verified: true,
      notes: ['The letter carries 191 more signatures, which were not looked at.'],
    })
    expect(verdict.dkim).toHaveLength(10)
  })

  test('is changed in nothing else: a text that looks like a signature stays as it is', async () => {
    const signed = await acme.sign(await written(`DKIM-Signature: v=1\r\n\r\nARC-Seal: i=1\r\n`))
    const { verdict } = await bench.judge(Buffer.concat([Buffer.from(junk.join('')), signed]))
    expect(verdict.verified).toBe(true)
  })

  test('with line ends of LF alone is judged as well', async () => {
    const signed = Buffer.concat([Buffer.from(junk.join('')), await acme.sign(await written('Hello\r\n'))])
    const { verdict } = await bench.judge(Buffer.from(signed.toString().replaceAll('\r\n', '\n')))
    expect(verdict.verified).toBe(true)
  })

  test('none of which is the author’s is not proved', async () => {
    const { verdict } = await bench.judge(Buffer.concat([Buffer.from(junk.join('')), await written('Hello\r\n')]))
    expect(verdict).toMatchObject({ verified: false, explanation: expect.stringMatching(/^Nothing proves/) })
  })
})

test('a header too long to look for a proof in it proves nothing', async () => {
  const raw = Buffer.concat([Buffer.from('X-Long: x\r\n'.repeat(3_000)), await acme.sign(await written('Hello\r\n'))])
  expect(await bench.judge(raw)).toMatchObject({
    outcome: 'judged',
    verdict: { author: 'jana@acme.cz', verified: false, explanation: expect.stringMatching(/too long/) },
  })
})

function written(text: string): Promise<Buffer> {
  return letter({ from: 'Jana <jana@acme.cz>', to: 'support@desk.test', subject: 'Hello', text })
}

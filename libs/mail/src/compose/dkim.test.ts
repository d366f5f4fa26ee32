import { generateKeyPairSync, type KeyPairKeyObjectResult } from 'node:crypto'
import { dkimVerify } from 'mailauth/lib/dkim/verify.js'
import { describe, expect, test } from 'vitest'
import { againAs } from './again.ts'
import { openSigner } from './dkim.ts'

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const ed25519 = generateKeyPairSync('ed25519')
const published: Record<string, string> = {
  'r._domainkey.example.com': `v=DKIM1; k=rsa; p=${spki(rsa).toString('base64')}`,
  'e._domainkey.example.com': `v=DKIM1; k=ed25519; p=${spki(ed25519).subarray(-32).toString('base64')}`,
}
const keys = [
  { selector: 'r', privateKey: pem(rsa) },
  { selector: 'e', privateKey: pem(ed25519) },
]
const sign = openSigner('example.com', keys)
const letter = Buffer.from(
  [
    'From:  Podpora   <support@example.com>',
    'To: jana@client.example',
    'Subject: Folded',
    '\tsubject  ',
    'Date: Wed, 04 Mar 2026 05:06:07 +0000',
    'List-Unsubscribe: <https://support.example.com/t/x/leave>',
    'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
    ...['', 'Two  spaces \t', '', 'and lines at the end ', '', '', ''],
  ].join('\r\n'),
)

describe('our DKIM signatures', () => {
  test('by RSA and by Ed25519 pass both, whatever white space is in the letter', async () => {
    expect(await verified(sign(letter))).toEqual([
      ['r', 'rsa-sha256', 'pass'],
      ['e', 'ed25519-sha256', 'pass'],
    ])
    for (const body of ['', '\r\n', '\r\n\r\n', 'x', ' ', '\r\nx\r\n \r\n']) {
      const signed = sign(Buffer.concat([letter.subarray(0, letter.indexOf('\r\n\r\n') + 4), Buffer.from(body)]))
      expect(await verified(signed), JSON.stringify(body)).toMatchObject([{ 2: 'pass' }, { 2: 'pass' }])
    }
  })

  test('stand in front of the letter, which stays as it was, in lines that every relay takes', () => {
    const signed = sign(letter)
    expect(signed.subarray(-letter.length)).toEqual(letter)
    const lines = signed.subarray(0, -letter.length).toString().split('\r\n')
    expect(lines.filter((line) => line.length > 78)).toEqual([])
  })

  test('are made anew for a letter that goes again, which else stays as it was', async () => {
    const first = sign(Buffer.concat([Buffer.from('Message-ID: <one@example.com>\r\n'), letter]))
    const again = againAs(first, { messageId: 'two@example.com', date: new Date('2026-03-05T05:06:07Z') })
    const expected = letter.toString().replace(/Date: .*/, 'Date: Thu, 05 Mar 2026 05:06:07 +0000')
    expect(again.toString()).toBe(`Message-ID: <two@example.com>\r\n${expected}`)
    expect(await verified(sign(again))).toMatchObject([{ 2: 'pass' }, { 2: 'pass' }])
  })

  test('cover how to leave, as RFC 8058 asks', () => {
    const names = /h=([^;]+);/.exec(sign(letter).toString())![1]!.replace(/\s/g, '').split(':')
    expect(names).toEqual(expect.arrayContaining(['list-unsubscribe', 'list-unsubscribe-post']))
  })

  test.each(['From: x@evil.example', 'Subject: Other', 'To: y@evil.example', 'Date: Thu', 'Cc: z@evil.example'])(
    'break when somebody adds another field in front: %s',
    async (field) => {
      const changed = Buffer.concat([Buffer.from(`${field}\r\n`), sign(letter)])
      expect(await verified(changed)).toMatchObject([{ 2: 'fail' }, { 2: 'fail' }])
    },
  )

  test('need a key: without one the letter goes as it is, with a bad one nothing starts', () => {
    expect(openSigner('example.com', [])(letter)).toBe(letter)
    const short = generateKeyPairSync('rsa', { modulusLength: 512 })
    const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const open = (privateKey: string) => () => openSigner('example.com', [{ selector: 's', privateKey }])
    expect(open('not a key')).toThrow('the key of s is no private key in PEM')
    expect(open(pem(curve))).toThrow('the key of s is neither RSA nor Ed25519')
    expect(open(pem(short))).toThrow('the key of s has fewer than 1,024 bits')
  })
})

async function verified(signed: Buffer) {
  const { results } = await dkimVerify(signed, { resolver: async (name: string) => [[published[name]!]] })
  return results.map(({ selector, algo, status }) => [selector, algo, status.result])
}

function pem({ privateKey }: KeyPairKeyObjectResult): string {
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

function spki({ publicKey }: KeyPairKeyObjectResult): Buffer {
  return publicKey.export({ type: 'spki', format: 'der' })
}

import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { secretOf, signatures } from './secret.ts'

const id = '0199d1a0-0000-7000-8000-000000000001'
const message = { id: 'message', at: 1_700_000_000, body: '{"type":"ping"}' }

test('who holds the secret of one webhook proves no other, and no other version', () => {
  const secrets = [secretOf('one key', id, 1), secretOf('one key', id, 2), secretOf('another key', id, 1)]
  expect(new Set([...secrets, secretOf('one key', `${id.slice(0, -1)}2`, 1)]).size).toBe(4)
})

test('a secret still proves us after a new key was put in front of SECRET_KEYS, until the old one is taken away', () => {
  const old = signedWith(secretOf('old key', id, 1))
  const webhook = { id, version: 1, previousUntil: null }
  expect(signatures(['old key'], webhook, message)).toBe(old)
  expect(signatures(['new key', 'old key'], webhook, message).split(' ')).toEqual([
    signedWith(secretOf('new key', id, 1)),
    old,
  ])
  expect(signatures(['new key'], webhook, message)).not.toContain(old)
})

test('the version before signs along until its time is over', () => {
  const webhook = { id, version: 2, previousUntil: new Date((message.at + 1) * 1_000) }
  const both = [secretOf('key', id, 2), secretOf('key', id, 1)].map(signedWith)
  expect(signatures(['key'], webhook, message).split(' ')).toEqual(both)
  expect(signatures(['key'], webhook, { ...message, at: message.at + 1 }).split(' ')).toHaveLength(1)
})

/** As the specification has it, from what the receiver holds. */
function signedWith(secret: string): string {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
  return `v1,${createHmac('sha256', key).update(`${message.id}.${message.at}.${message.body}`).digest('base64')}`
}

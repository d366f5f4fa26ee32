import { createLogger, createMetrics } from '@podatelna/runtime'
import type { Store } from '@podatelna/store'
import { afterEach, expect, test } from 'vitest'
import type { Outgoing } from './attempts.ts'
import { openPost, type Post } from './post.ts'
import type { Relay } from './relay.ts'

let post: Post
afterEach(() => post.close())

test('a delivery is sent by whoever wrote it, at once', async () => {
  const { sent } = open()
  post.take([delivery('fresh')], post.lease())
  expect(sent).toEqual(['fresh'])
})

test('one whose lease was half gone when the database answered is left to the table: others may have it by now', async () => {
  const { sent } = open()
  const { seconds, since } = post.lease()
  post.take([delivery('late')], { seconds, since: since - 16_000 })
  post.take([delivery('fresh')], post.lease())
  expect(sent).toEqual(['fresh'])
})

test('one that was redacted while it waited for its turn is not sent', async () => {
  const { promise: answered, resolve: answer } = Promise.withResolvers<void>()
  const { sent, asked } = open({ answered, withdrawn: ['third'] })
  post.take(['first', 'second', 'third', 'fourth'].map(delivery), post.lease())
  await expect.poll(asked, { timeout: 10_000 }).toBe(true)
  answer()
  await expect.poll(() => sent).toEqual(['first', 'second', 'fourth'])
})

function open(how: { answered?: Promise<void>; withdrawn?: string[] } = {}): { sent: string[]; asked(): boolean } {
  const sent: string[] = []
  let asked = false
  const relay: Relay = {
    connections: 2,
    send: async ({ to }) => {
      sent.push(to)
      await how.answered
      return { outcome: 'sent', smtp: '250 taken' }
    },
    close() {},
  }
  const log = createLogger('test', { LOG_LEVEL: 'silent', LOG_FORMAT: 'json' })
  // Nothing is due and everything can be written down.
  const query = async ({ text }: { text: string }) => {
    if (!text.includes('redacted_at IS NOT NULL')) return []
    asked = true
    return (how.withdrawn ?? []).map((id) => ({ id }))
  }
  const store = { query } as object as Store
  post = openPost({ store, bus: { publish() {} }, relay, log, metrics: createMetrics() })
  return { sent, asked: () => asked }
}

function delivery(id: string): Outgoing {
  return { id, to: id, envelopeFrom: '', source: Buffer.from(''), attempts: 0, createdAt: new Date() }
}

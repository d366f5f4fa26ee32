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

function open(): { sent: string[] } {
  const sent: string[] = []
  const relay: Relay = {
    connections: 2,
    send: async ({ to }) => {
      sent.push(to)
      return { outcome: 'sent', smtp: '250 taken' }
    },
    close() {},
  }
  const log = createLogger('test', { LOG_LEVEL: 'silent', LOG_FORMAT: 'json' })
  // Nothing is due and everything can be written down.
  const store = { query: async () => [] } as Pick<Store, 'query'> as Store
  post = openPost({ store, bus: { publish() {} }, relay, log, metrics: createMetrics() })
  return { sent }
}

function delivery(id: string): Outgoing {
  return { id, to: id, envelopeFrom: '', source: Buffer.from(''), attempts: 0, createdAt: new Date() }
}

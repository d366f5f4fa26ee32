import { type Envelope, mailAdmitted, subscriptions } from '@podatelna/contracts'
import { expect, test } from 'vitest'
import { inProcessTransport } from './in-process.ts'
import { envelope } from './outbox.ts'
import { concurrency } from './transport.ts'

/** A consumer that holds what it is given until it is told to let go. */
async function slowConsumer() {
  const transport = inProcessTransport()
  const held: (() => void)[] = []
  const most = { running: 0 }
  let running = 0
  await transport.consume(subscriptions.ticketsLetters, {
    handle: async () => {
      most.running = Math.max(most.running, ++running)
      await new Promise<void>((done) => held.push(done))
      running--
    },
    bury: async () => {},
  })
  return { transport, held, most }
}

function event(): Envelope {
  return envelope(mailAdmitted, { mail_id: '00000000-0000-7000-8000-000000000000' })
}

test('no more than sixteen are handled at once, also when others come while a place is handed over', async () => {
  const { transport, held, most } = await slowConsumer()
  const sent = Array.from({ length: 3 * concurrency }, () => transport.send(event(), 0))
  while (held.length > 0) {
    held.shift()!()
    if (sent.length < 10 * concurrency) sent.push(transport.send(event(), 0))
    await new Promise(setImmediate)
  }
  await Promise.all(sent)
  expect(most.running).toBe(concurrency)
})

test('one that is far behind has no room, so that the sweeper hands out nothing that would only come back', async () => {
  const { transport, held } = await slowConsumer()
  const sent: Promise<unknown>[] = []
  while (transport.room() > 0) sent.push(transport.send(event(), 0))
  await expect(transport.send(event(), 0)).rejects.toThrow('too far behind')
  const stopped = transport.close()
  for (const done of held) done()
  await stopped
  expect(transport.room()).toBe(0)
  await Promise.allSettled(sent)
})

test('a stop finishes what is under way and leaves what waits in the outbox', async () => {
  const { transport, held } = await slowConsumer()
  const sent = Array.from({ length: concurrency + 3 }, () => transport.send(event(), 0))
  const outcomes = Promise.allSettled(sent)
  const stopped = transport.close()
  for (const done of held) done()
  await stopped
  const left = (await outcomes).filter(({ status }) => status === 'rejected')
  expect(left).toHaveLength(3)
})

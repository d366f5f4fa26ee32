import type { App, Service } from '@podatelna/process'
import { startWebhooks } from '@podatelna/webhooks'
import { bouncesConsumer } from './bounces.ts'
import { budgetsOf } from './budgets.ts'
import { startDigests } from './digests.ts'
import { openLetterhead } from './letterhead.ts'
import { noticesConsumer } from './notices.ts'
import { openOwnWords } from './own-words.ts'
import { openPost } from './post.ts'
import { openRelay } from './relay.ts'
import { startTexts } from './texts/index.ts'
import { receiptsConsumer } from './texts/receipts.ts'

/**
 * Outgoing mail: events become notices, written once and kept as deliveries, which the post brings to the relay. What
 * comes back bounced enters through ingress like every other letter, and is matched to its delivery here.
 */
export async function startOutbound(app: App): Promise<Service> {
  const { settings, store, log, metrics, bus } = app
  const letterhead = await openLetterhead(app, openOwnWords(app))
  const budgets = budgetsOf(settings)
  const post = openPost({ store, bus, relay: openRelay(settings), log, metrics })
  const texts = startTexts(app, letterhead)
  await bus.consume(noticesConsumer({ store, letterhead, budgets, post, texts }))
  await bus.consume(bouncesConsumer(app))
  await bus.consume(receiptsConsumer(app))
  const digests = startDigests({ store, letterhead, budgets, log })
  const webhooks = startWebhooks(app)
  return {
    async close() {
      await webhooks.close()
      await digests.close()
      await texts?.close()
      await post.close()
    },
  }
}

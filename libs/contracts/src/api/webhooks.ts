import { z } from 'zod'
import { Actor, WebhookDeliveryState, WebhookEvent, WebhookOutcome, WebhookState } from '../vocabulary.ts'
import { input, ListQuery, line, Time, text } from './common.ts'

const Url = z
  .string()
  .trim()
  .max(2000)
  .refine((value) => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol), {
    error: 'is not a URL like https://example.com/podatelna.',
  })
  .describe('where events are posted to; `https:`, or `http:` within WEBHOOK_NETWORKS')

const events = z
  .array(WebhookEvent)
  .max(WebhookEvent.options.length)
  .transform((names) => [...new Set(names)])
  .describe('which events it is told of; none named: all of them')

/** A program elsewhere that is told what happens to tickets. */
export const Webhook = z
  .object({
    id: z.uuid(),
    url: z.string(),
    description: z.string(),
    events: z.array(z.string()),
    state: WebhookState,
    problem: z.string().optional().describe('why it takes nothing now, or was disabled'),
    failing_since: Time.optional().describe('since when it took nothing'),
    pending: z.number().int().describe('deliveries that it has yet to take'),
    created_at: Time,
    updated_at: Time,
    created_by: Actor,
  })
  .meta({ id: 'Webhook' })
export type Webhook = z.infer<typeof Webhook>

const Secret = z.string().describe('`whsec_` and the base64 of the key that signs; shown this once')

export const WebhookWithSecret = Webhook.extend({ secret: Secret }).meta({ id: 'WebhookWithSecret' })

export const NewWebhook = input({
  url: Url,
  description: line(200).optional(),
  events: events.default([]),
})
export type NewWebhook = z.infer<typeof NewWebhook>

export const WebhookChanges = input({
  url: Url.optional(),
  description: line(200).optional(),
  events: events.optional(),
  state: WebhookState.exclude(['disabled']).optional(),
})
export type WebhookChanges = z.infer<typeof WebhookChanges>

export const WebhookSecret = z.object({
  secret: Secret,
  previous_until: Time.describe('until then each request is signed with the previous secret, too'),
})

/** `status`: HTTP's, absent when there was no answer. */
export const WebhookAttempt = z.object({
  at: Time,
  outcome: WebhookOutcome,
  status: z.number().int().optional(),
  answer: z.string().describe('how the answer began, or why there was none; empty when it was taken'),
  milliseconds: z.number().int(),
})
export type WebhookAttempt = z.infer<typeof WebhookAttempt>

/** One event on its way to one webhook. */
export const WebhookDelivery = z
  .object({
    id: z.uuid().describe('the `webhook-id` of all its requests'),
    webhook_id: z.uuid(),
    type: z.string(),
    state: WebhookDeliveryState,
    created_at: Time.describe('when it happened'),
    due_at: Time.nullable().describe('when it is tried next'),
    attempts: z.array(WebhookAttempt),
    ticket_number: z.string().optional(),
  })
  .meta({ id: 'WebhookDelivery' })
export type WebhookDelivery = z.infer<typeof WebhookDelivery>

/** What is posted. */
export const WebhookMessage = z
  .object({ type: z.string(), timestamp: Time, data: z.looseObject({}) })
  .meta({ id: 'WebhookMessage' })
export type WebhookMessage = z.infer<typeof WebhookMessage>

export const WebhookDeliveryWithMessage = WebhookDelivery.extend({
  message: WebhookMessage.describe('as it would be posted now'),
}).meta({ id: 'WebhookDeliveryWithMessage' })
export type WebhookDeliveryWithMessage = z.infer<typeof WebhookDeliveryWithMessage>

export const WebhookDeliveryQuery = ListQuery.extend({
  state: WebhookDeliveryState.optional(),
  type: text(60).optional(),
})

export const WebhookReplay = input({ since: Time.describe('all that failed of what happened from then on') })
export const WebhookReplayed = z.object({ count: z.number().int() })
export const WebhookAsked = z.object({ id: z.uuid().describe('the delivery') })

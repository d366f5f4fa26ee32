import { api } from '@podatelna/contracts'
import type { App } from '@podatelna/process'
import {
  changeWebhook,
  createWebhook,
  deleteWebhook,
  pingWebhook,
  renewSecret,
  replayDelivery,
  replayFailed,
} from '@podatelna/webhooks'
import { z } from 'zod'
import { actor } from '../door/caller.ts'
import { fail, refuse } from '../door/problem.ts'
import type { Web } from '../door/web.ts'
import { listWebhookDeliveries, listWebhooks, readWebhook, readWebhookDelivery } from '../reads/webhooks.ts'
import { about, answers, forAdmins } from './about.ts'

/** Programs elsewhere that are told what happens. All of it is for administrators: what leaves, leaves for good. */
export function webhookCalls(web: Web, app: App): void {
  list(web, app)
  keep(web, app)
  prove(web, app)
  log(web, app)
  replay(web, app)
}

function list(web: Web, { store }: App): void {
  web.get(
    '/webhooks',
    {
      config: forAdmins,
      schema: {
        ...about('Webhooks', 'List webhooks', signing),
        querystring: api.ListQuery,
        response: answers({ 200: api.page(api.Webhook) }),
      },
    },
    async ({ query }) => listWebhooks(store, query),
  )

  web.get(
    '/webhooks/:id',
    {
      config: forAdmins,
      schema: { ...about('Webhooks', 'Read one'), params: api.ById, response: answers({ 200: api.Webhook }, 404) },
    },
    async (request, reply) => (await readWebhook(store, request.params.id)) ?? fail(reply, 404, noWebhook),
  )
}

function keep(web: Web, app: App): void {
  const { store } = app
  web.post(
    '/webhooks',
    {
      config: forAdmins,
      schema: {
        ...about(
          'Webhooks',
          'Tell a program what happens',
          'From now on. Its secret is in this answer and in no other.',
        ),
        body: api.NewWebhook,
        response: answers({ 201: api.WebhookWithSecret }, 409, 422),
      },
    },
    async (request, reply) => {
      const created = await createWebhook(app, { ...request.body, by: actor(request) })
      if (!created.ok) return refuse(reply, created)
      reply.statusCode = 201
      const { webhook, secret } = created.value
      return { ...(await readWebhook(store, webhook.id))!, secret }
    },
  )

  web.patch(
    '/webhooks/:id',
    {
      config: forAdmins,
      schema: {
        ...about('Webhooks', 'Change, pause or resume one', 'One that is active again is told all that it missed.'),
        params: api.ById,
        body: api.WebhookChanges,
        response: answers({ 200: api.Webhook }, 404, 422),
      },
    },
    async (request, reply) => {
      const changed = await changeWebhook(app, request.params.id, request.body)
      if (!changed.ok) return refuse(reply, changed)
      return (await readWebhook(store, request.params.id)) ?? fail(reply, 404, noWebhook)
    },
  )

  web.delete(
    '/webhooks/:id',
    {
      config: forAdmins,
      schema: {
        ...about('Webhooks', 'Tell it no more', 'Its log goes with it.'),
        params: api.ById,
        response: answers({ 204: z.undefined() }, 404),
      },
    },
    async (request, reply) => {
      if (!(await deleteWebhook(store, request.params.id))) return fail(reply, 404, noWebhook)
      reply.statusCode = 204
      return undefined
    },
  )
}

function prove(web: Web, app: App): void {
  web.post(
    '/webhooks/:id/secret',
    {
      config: forAdmins,
      schema: {
        ...about('Webhooks', 'Make a new secret', 'For 24 hours each request is signed with both.'),
        params: api.ById,
        response: answers({ 200: api.WebhookSecret }, 404),
      },
    },
    async (request, reply) => {
      const renewed = await renewSecret(app, request.params.id)
      if (!renewed.ok) return refuse(reply, renewed)
      const { secret, previousUntil } = renewed.value
      return { secret, previous_until: previousUntil.toISOString() }
    },
  )

  web.post(
    '/webhooks/:id/ping',
    {
      config: forAdmins,
      schema: {
        ...about('Webhooks', 'Try one', 'Posts an event `ping`; what came of it is in the log.'),
        params: api.ById,
        response: answers({ 202: api.WebhookAsked }, 404, 409),
      },
    },
    async (request, reply) => {
      const asked = await pingWebhook(app.store, request.params.id)
      if (!asked.ok) return refuse(reply, asked)
      reply.statusCode = 202
      return asked.value
    },
  )
}

function log(web: Web, { store, settings }: App): void {
  web.get(
    '/webhooks/:id/deliveries',
    {
      config: forAdmins,
      schema: {
        ...about('Webhooks', 'What it was told', 'With every attempt. What has ended is kept for thirty days.'),
        params: api.ById,
        querystring: api.WebhookDeliveryQuery,
        response: answers({ 200: api.page(api.WebhookDelivery) }, 404),
      },
    },
    async (request, reply) => {
      const { id: webhookId } = request.params
      if (!(await readWebhook(store, webhookId))) return fail(reply, 404, noWebhook)
      return listWebhookDeliveries(store, { ...request.query, webhookId })
    },
  )

  web.get(
    '/webhook-deliveries/:id',
    {
      config: forAdmins,
      schema: {
        ...about('Webhooks', 'Read a delivery to a webhook'),
        params: api.ById,
        response: answers({ 200: api.WebhookDeliveryWithMessage }, 404),
      },
    },
    async (request, reply) => {
      const delivery = await readWebhookDelivery(store, request.params.id, settings.PUBLIC_URL)
      return delivery ?? fail(reply, 404, 'There is no such delivery to a webhook.')
    },
  )
}

function replay(web: Web, { store }: App): void {
  web.post(
    '/webhook-deliveries/:id/replay',
    {
      config: forAdmins,
      schema: {
        ...about(
          'Webhooks',
          'Tell it again',
          'Under the same `webhook-id`; one that waits for a later try is tried now.',
        ),
        params: api.ById,
        response: answers({ 202: api.WebhookAsked }, 404, 409),
      },
    },
    async (request, reply) => {
      const replayed = await replayDelivery(store, request.params.id)
      if (!replayed.ok) return refuse(reply, replayed)
      reply.statusCode = 202
      return replayed.value
    },
  )

  web.post(
    '/webhooks/:id/replay',
    {
      config: forAdmins,
      schema: {
        ...about('Webhooks', 'Tell it again all that failed since a moment'),
        params: api.ById,
        body: api.WebhookReplay,
        response: answers({ 202: api.WebhookReplayed }, 404),
      },
    },
    async (request, reply) => {
      const count = await replayFailed(store, request.params.id, new Date(request.body.since))
      if (count === undefined) return fail(reply, 404, noWebhook)
      reply.statusCode = 202
      return { count }
    },
  )
}

const noWebhook = 'There is no such webhook.'

const signing =
  'Each event is posted as JSON `{type, timestamp, data}`, signed as https://www.standardwebhooks.com has it: the headers ' +
  '`webhook-id`, `webhook-timestamp` and `webhook-signature`. An answer 2xx takes it; anything else is tried again for ' +
  'three days. It may come more than once, with the same `webhook-id`, and out of order: `data.after` grows.'

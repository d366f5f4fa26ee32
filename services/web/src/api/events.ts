/** What happens to tickets, asked for (`GET /api/events`) or told as it happens (`WS /api/live`); both can be resumed. */
import websocket from '@fastify/websocket'
import { api, ticketNumber } from '@podatelna/contracts'
import type { App } from '@podatelna/process'
import { beginning, eventsAfter, type FollowedEvent } from '@podatelna/ticketing'
import { fail } from '../door/problem.ts'
import { isForeign } from '../door/same-origin.ts'
import type { Web } from '../door/web.ts'
import { about, answers } from './about.ts'
import { LiveFeed } from './live-feed.ts'

export async function eventCalls(web: Web, app: App): Promise<void> {
  await web.register(websocket, { options: { maxPayload: 1024 } })
  const feed = new LiveFeed(app)
  web.addHook('preClose', () => feed.close())
  // Node leaves a connection that asked for an upgrade to us; one that was refused would stay open for ever.
  web.addHook('onResponse', async ({ headers, raw }) => void (headers.upgrade !== undefined && raw.socket.destroy()))

  web.get(
    '/events',
    {
      schema: {
        ...about('Tickets', 'What happened to tickets', 'In order, and none is missed; `next` is where to go on.'),
        querystring: api.EventQuery,
        response: answers({ 200: api.Events }, 422),
      },
    },
    async ({ query: { after = beginning, limit } }, reply) => {
      const events = await eventsAfter(app.store, after, limit)
      if (!events) return fail(reply, 422, notAPlace)
      return { items: events.map(showEvent), next: events.at(-1)?.after ?? after }
    },
  )

  web.get(
    '/live',
    {
      websocket: true,
      schema: { ...about('Tickets', 'The same as it happens, over a WebSocket'), querystring: api.LiveQuery },
      // A browser sends the session's cookie with any site's WebSocket, and asks nobody whether it may.
      preValidation: async (request, reply) => {
        if (!isForeign(request, app.settings.PUBLIC_URL)) return undefined
        return reply.code(403).send(fail(reply, 403, 'This request was made by another site.'))
      },
    },
    (socket, request) => void feed.follow(socket, request.query.after),
  )
}

export function showEvent({ after, type, at, by, detail, number }: FollowedEvent): api.LiveEvent {
  return { ...detail, after, type, at: at.toISOString(), by, number: ticketNumber(number) }
}

export const notAPlace = 'after is not a place of ours; take it from an event.'

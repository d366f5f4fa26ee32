import { api, parseTicketNumber } from '@podatelna/contracts'
import type { App } from '@podatelna/process'
import { linkTickets, unlinkTickets } from '@podatelna/ticketing'
import { z } from 'zod'
import { actor } from '../door/caller.ts'
import { refuse } from '../door/problem.ts'
import type { Web } from '../door/web.ts'
import { about, answers } from './about.ts'
import { giveTicket } from './tickets.ts'

/** Which tickets have to do with each other. */
export function ticketLinks(web: Web, app: App): void {
  web.post(
    '/tickets/:number/links',
    {
      schema: {
        ...about('Tickets', 'Link a ticket to another', linkDescription),
        params: api.ByNumber,
        body: api.NewLink,
        response: answers({ 201: api.Ticket }, 404, 409),
      },
    },
    async (request, reply) => {
      const { number } = request.params
      const { kind } = request.body
      const ends = { number: parseTicketNumber(number)!, other: parseTicketNumber(request.body.number)! }
      const linked = await linkTickets(app, { ...ends, kind, by: actor(request) })
      if (!linked.ok) return refuse(reply, linked)
      reply.statusCode = 201
      return giveTicket(app.store, reply, number)
    },
  )

  web.delete(
    '/tickets/:number/links/:other',
    {
      schema: {
        ...about('Tickets', 'Take the links between two tickets away', 'Those of merges and late replies stay.'),
        params: api.ByTwoNumbers,
        response: answers({ 204: z.undefined() }, 404, 409),
      },
    },
    async (request, reply) => {
      const [number, other] = [request.params.number, request.params.other].map((text) => parseTicketNumber(text)!)
      const unlinked = await unlinkTickets(app, { number: number!, other: other!, by: actor(request) })
      if (!unlinked.ok) return refuse(reply, unlinked)
      reply.statusCode = 204
      return undefined
    },
  )
}

const linkDescription =
  'Both show it, each in its own words. It only tells: letters go where they went, and clients see nothing of it, so ' +
  'tickets of two organizations may be linked. 409 for a deleted or merged one, for itself, and for a circle.'

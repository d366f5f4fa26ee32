import { api, parseTicketNumber } from '@podatelna/contracts'
import type { App } from '@podatelna/process'
import { lockToAgent, unlockTicket } from '@podatelna/ticketing'
import { z } from 'zod'
import { actor } from '../door/caller.ts'
import { fail, refuse } from '../door/problem.ts'
import type { Web } from '../door/web.ts'
import { findAgentId } from '../reads/who.ts'
import { about, answers } from './about.ts'
import { giveTicket } from './tickets.ts'

/** An agent keeps a ticket for themselves, or gives it free again. */
export function ticketLock(web: Web, app: App): void {
  const { store } = app
  web.post(
    '/tickets/:number/lock',
    {
      schema: {
        ...about(
          'Tickets',
          'Lock a ticket to an agent',
          'It is assigned to them, and only they or an administrator give it to somebody else. Its requester is told, and ' +
            'may refuse. 409 when it is urgent, solved, locked to another, or the requester has refused that agent.',
        ),
        params: api.ByNumber,
        body: api.Lock.nullish(),
        response: answers({ 200: api.Ticket }, 404, 409, 422),
      },
    },
    async (request, reply) => {
      const { number } = request.params
      const agent = request.body?.agent
      const agentId = agent === undefined ? undefined : await findAgentId(store, agent)
      if (agentId === null) return fail(reply, 422, `There is no agent ${agent}.`)
      const locked = await lockToAgent(app, { number: parseTicketNumber(number)!, agentId, by: actor(request) })
      return locked.ok ? giveTicket(store, reply, number) : refuse(reply, locked)
    },
  )

  web.delete(
    '/tickets/:number/lock',
    {
      schema: {
        ...about('Tickets', 'Unlock a ticket', 'For its agent and administrators. It stays assigned.'),
        params: api.ByNumber,
        response: answers({ 204: z.undefined() }, 404, 409),
      },
    },
    async (request, reply) => {
      const unlocked = await unlockTicket(app, {
        number: parseTicketNumber(request.params.number)!,
        by: actor(request),
      })
      if (!unlocked.ok) return refuse(reply, unlocked)
      reply.statusCode = 204
      return undefined
    },
  )
}

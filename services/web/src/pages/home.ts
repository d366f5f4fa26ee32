import { api } from '@podatelna/contracts'
import type { App } from '@podatelna/process'
import { z } from 'zod'
import { callerOf } from '../door/caller.ts'
import { answerProblem, problem } from '../door/problem.ts'
import type { Web } from '../door/web.ts'
import { disownedLately, listMail } from '../reads/mail.ts'
import { listTickets } from '../reads/tickets.ts'
import { filtersByName, noFilter, showFilter } from '../saved-filters.ts'
import { render } from './render.ts'

const limit = 25

export function home(web: Web, { store }: App): void {
  web.get('/', { schema: { hide: true, querystring: Place } }, async (request, reply) => {
    const { tickets, mail, filter } = request.query
    const caller = callerOf(request)
    const filters = (await filtersByName(store, caller)).map(showFilter)
    const chosen = filters.find(({ id }) => id === filter)
    if (filter && !chosen) return answerProblem(request, reply, problem(404, noFilter.detail))
    const here = { tickets: tickets && api.cursor(tickets), mail: mail && api.cursor(mail), filter }
    const model = {
      me: caller.actor,
      here,
      filters: filters.map((one) => ({ ...one, chosen: one === chosen })),
      disowned: await disownedLately(store),
      tickets: await listTickets(store, {
        ...{ limit, cursor: tickets, me: caller.agentId },
        filters: chosen ? [chosen.query] : [],
      }),
      mail: await listMail(store, { limit, cursor: mail }),
    }
    return reply.type('text/html; charset=utf-8').send(render('home', model))
  })
}

const { cursor } = api.ListQuery.shape
const Place = z.object({ tickets: cursor, mail: cursor, filter: z.uuid().optional() })

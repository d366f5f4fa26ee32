import { api } from '@podatelna/contracts'
import type { App } from '@podatelna/process'
import { z } from 'zod'
import { actor } from '../door/caller.ts'
import type { Web } from '../door/web.ts'
import { disownedLately, listMail } from '../reads/mail.ts'
import { listTickets } from '../reads/tickets.ts'
import { render } from './render.ts'

const limit = 25

export function home(web: Web, { store }: App): void {
  web.get('/', { schema: { hide: true, querystring: Cursors } }, async (request, reply) => {
    const { tickets, mail } = request.query
    const here = { tickets: tickets && api.cursor(tickets), mail: mail && api.cursor(mail) }
    const model = {
      me: actor(request),
      here,
      disowned: await disownedLately(store),
      tickets: await listTickets(store, { limit, cursor: tickets }),
      mail: await listMail(store, { limit, cursor: mail }),
    }
    return reply.type('text/html; charset=utf-8').send(render('home', model))
  })
}

const { cursor } = api.ListQuery.shape
const Cursors = z.object({ tickets: cursor, mail: cursor })

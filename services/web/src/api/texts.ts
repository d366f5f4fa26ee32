import { api, parseTicketNumber } from '@podatelna/contracts'
import type { App } from '@podatelna/process'
import { fail } from '../door/problem.ts'
import type { Web } from '../door/web.ts'
import { listTexts, readText } from '../reads/texts.ts'
import { about, answers } from './about.ts'

export function textCalls(web: Web, { store }: App): void {
  web.get(
    '/texts',
    {
      schema: {
        ...about('Deliveries', 'List text messages', 'Those to telephones, about urgent tickets.'),
        querystring: api.TextQuery,
        response: answers({ 200: api.page(api.Text) }),
      },
    },
    async ({ query }) => {
      const ticket = query.ticket === undefined ? undefined : parseTicketNumber(query.ticket)
      if (query.ticket !== undefined && ticket === undefined) return { items: [], next: null }
      return listTexts(store, { ...query, ticket })
    },
  )

  web.get(
    '/texts/:id',
    {
      schema: {
        ...about('Deliveries', 'Read a text message', 'With every attempt to hand it over, and what receipts said.'),
        params: api.ById,
        response: answers({ 200: api.Text }, 404),
      },
    },
    async (request, reply) => {
      const text = await readText(store, request.params.id)
      return text ?? fail(reply, 404, 'There is no such text message.')
    },
  )
}

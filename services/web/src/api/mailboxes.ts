import { changeMailbox, createMailbox, deleteMailbox, withAgents } from '@podatelna/admission'
import { api } from '@podatelna/contracts'
import type { App } from '@podatelna/process'
import { z } from 'zod'
import { refuse } from '../door/problem.ts'
import type { Web } from '../door/web.ts'
import { showMailbox } from '../reads/directory.ts'
import { newestFirst, pageOf, placeOf } from '../reads/page.ts'
import { about, answers, forAdmins } from './about.ts'

export function mailboxCalls(web: Web, { store }: App): void {
  web.get(
    '/mailboxes',
    {
      schema: {
        ...about('Mailboxes', 'List mailboxes'),
        querystring: api.ListQuery,
        response: answers({ 200: api.page(api.Mailbox) }),
      },
    },
    async ({ query }) => {
      const rows = await store.prisma.mailbox.findMany({ ...newestFirst(query), include: withAgents })
      return pageOf(rows, query.limit, placeOf, showMailbox)
    },
  )

  web.post(
    '/mailboxes',
    {
      config: forAdmins,
      schema: {
        ...about('Mailboxes', 'Receive for an address'),
        body: api.NewMailbox,
        response: answers({ 201: api.Mailbox }, 409, 422),
      },
    },
    async (request, reply) => {
      const created = await createMailbox(store, request.body)
      if (!created.ok) return refuse(reply, created)
      reply.statusCode = 201
      return showMailbox(created.value)
    },
  )

  web.patch(
    '/mailboxes/:id',
    {
      config: forAdmins,
      schema: {
        ...about('Mailboxes', 'Change a mailbox'),
        params: api.ById,
        body: api.MailboxChanges,
        response: answers({ 200: api.Mailbox }, 404, 409, 422),
      },
    },
    async (request, reply) => {
      const changed = await changeMailbox(store, request.params.id, request.body)
      return changed.ok ? showMailbox(changed.value) : refuse(reply, changed)
    },
  )

  web.delete(
    '/mailboxes/:id',
    {
      config: forAdmins,
      schema: {
        ...about('Mailboxes', 'Receive for an address no longer', 'Only while no ticket is in the mailbox.'),
        params: api.ById,
        response: answers({ 204: z.undefined() }, 404, 409),
      },
    },
    async (request, reply) => {
      const deleted = await deleteMailbox(store, request.params.id)
      if (!deleted.ok) return refuse(reply, deleted)
      reply.statusCode = 204
      return undefined
    },
  )
}

import { changeContact, createContact, importContacts, removeContact } from '@podatelna/admission'
import { api } from '@podatelna/contracts'
import type { App } from '@podatelna/process'
import type { Store } from '@podatelna/store'
import { z } from 'zod'
import { actor } from '../door/caller.ts'
import { fail, refuse } from '../door/problem.ts'
import type { Web } from '../door/web.ts'
import { showContacts } from '../reads/directory.ts'
import { newestFirst, pageOf, placeOf } from '../reads/page.ts'
import { about, answers, forAdmins } from './about.ts'

export function contactCalls(web: Web, { store }: App): void {
  web.get(
    '/organizations/:id/contacts',
    {
      schema: {
        ...about('Contacts', 'List the technical contacts of an organization'),
        params: api.ById,
        querystring: api.ListQuery,
        response: answers({ 200: api.page(api.Contact) }, 404),
      },
    },
    async ({ params: { id }, query }, reply) => {
      const organization = await store.prisma.organization.findUnique({ where: { id }, select: { id: true } })
      if (!organization) return fail(reply, 404, 'There is no such organization.')
      const { where, ...page } = newestFirst(query)
      const rows = await store.prisma.contact.findMany({
        ...page,
        where: { ...where, organizationId: id, removedAt: null },
        include: { addresses: { orderBy: { position: 'asc' } } },
      })
      const { items, next } = pageOf(rows, query.limit, placeOf, (row) => row)
      return { items: await showContacts(store, items), next }
    },
  )

  web.post(
    '/organizations/:id/contacts',
    {
      config: forAdmins,
      schema: {
        ...about('Contacts', 'Let somebody write to us', 'An address belongs to one contact only.'),
        params: api.ById,
        body: api.NewContact,
        response: answers({ 201: api.Contact }, 404, 409),
      },
    },
    async (request, reply) => {
      const created = await createContact(store, request.params.id, request.body)
      if (!created.ok) return refuse(reply, created)
      reply.statusCode = 201
      return shown(store, created.value)
    },
  )

  web.patch(
    '/contacts/:id',
    {
      config: forAdmins,
      schema: {
        ...about('Contacts', 'Change a contact', 'An address that is left out of `emails` is cut off at once.'),
        params: api.ById,
        body: api.ContactChanges,
        response: answers({ 200: api.Contact }, 404, 409),
      },
    },
    async (request, reply) => {
      const changed = await changeContact(store, request.params.id, request.body, actor(request))
      return changed.ok ? shown(store, changed.value) : refuse(reply, changed)
    },
  )

  web.delete(
    '/contacts/:id',
    {
      config: forAdmins,
      schema: {
        ...about('Contacts', 'Remove a contact', 'They are cut off at once, in open tickets too.'),
        params: api.ById,
        response: answers({ 204: z.undefined() }, 404),
      },
    },
    async (request, reply) => {
      const removed = await removeContact(store, request.params.id, actor(request))
      if (!removed.ok) return refuse(reply, removed)
      reply.statusCode = 204
      return undefined
    },
  )
}

async function shown(store: Store, row: Parameters<typeof showContacts>[1][0]): Promise<api.Contact> {
  const [contact] = await showContacts(store, [row])
  return contact!
}

export function contactImport(web: Web, { store }: App): void {
  web.post(
    '/contacts/import',
    {
      config: forAdmins,
      bodyLimit: 5 * 1024 * 1024,
      schema: {
        ...about('Contacts', 'Import contacts from a CSV file', importDescription),
        consumes: ['text/csv', 'application/json'],
        body: api.Csv,
        response: answers({ 200: api.ImportReport }, 413, 415, 422),
      },
    },
    async (request, reply) => {
      const report = await importContacts(store, request.body.csv, actor(request))
      return report.ok ? report.value : refuse(reply, report)
    },
  )
}

const importDescription =
  'Send the file as text/csv, or as `csv` in JSON. The first line names the columns: organization, name, emails ' +
  '(separated by spaces or semicolons), phones, language, role, notify, quiet_hours (as in 22:00-07:00; none takes ' +
  'them away). A line with an address we know updates that contact; ' +
  'addresses are added, never taken away. The report has one entry for each line.'

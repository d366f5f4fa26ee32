import { type Row, readTable } from '@podatelna/admission'
import { api } from '@podatelna/contracts'
import type { App } from '@podatelna/process'
import {
  changeLegacySystem,
  createLegacySystem,
  deleteLegacySystem,
  importLegacyTickets,
  type LegacySystem,
  type ListedTicket,
} from '@podatelna/ticketing'
import { z } from 'zod'
import { fail, refuse } from '../door/problem.ts'
import type { Web } from '../door/web.ts'
import { newestFirst, pageOf, placeOf } from '../reads/page.ts'
import { about, answers, forAdmins } from './about.ts'

/** Ticket systems used before: replies to their tickets are known by patterns (rules §3). */
export function legacyCalls(web: Web, { store }: App): void {
  web.get(
    '/legacy-systems',
    {
      schema: {
        ...about('Legacy systems', 'List ticket systems used before'),
        querystring: api.ListQuery,
        response: answers({ 200: api.page(api.LegacySystem) }),
      },
    },
    async ({ query }) => {
      const rows = await store.prisma.legacySystem.findMany(newestFirst(query))
      return pageOf(rows, query.limit, placeOf, show)
    },
  )

  web.post(
    '/legacy-systems',
    {
      config: forAdmins,
      schema: {
        ...about('Legacy systems', 'Know replies to its tickets', 'The patterns are tried on the samples first.'),
        body: api.NewLegacySystem,
        response: answers({ 201: api.LegacySystem }, 409, 422),
      },
    },
    async (request, reply) => {
      const created = await createLegacySystem(store, request.body)
      if (!created.ok) return refuse(reply, created)
      reply.statusCode = 201
      return show(created.value)
    },
  )

  web.patch(
    '/legacy-systems/:id',
    {
      config: forAdmins,
      schema: {
        ...about('Legacy systems', 'Change one', 'All patterns are tried on all samples again.'),
        params: api.ById,
        body: api.LegacySystemChanges,
        response: answers({ 200: api.LegacySystem }, 404, 409, 422),
      },
    },
    async (request, reply) => {
      const changed = await changeLegacySystem(store, request.params.id, request.body)
      return changed.ok ? show(changed.value) : refuse(reply, changed)
    },
  )

  web.delete(
    '/legacy-systems/:id',
    {
      config: forAdmins,
      schema: {
        ...about('Legacy systems', 'Know its tickets no longer', 'Tickets keep the numbers they have.'),
        params: api.ById,
        response: answers({ 204: z.undefined() }, 404),
      },
    },
    async (request, reply) => {
      const deleted = await deleteLegacySystem(store, request.params.id)
      if (!deleted) return fail(reply, 404, 'There is no such legacy system.')
      reply.statusCode = 204
      return undefined
    },
  )
}

/** Whose its tickets were. */
export function legacyImport(web: Web, { store }: App): void {
  web.post(
    '/legacy-systems/:id/tickets/import',
    {
      config: forAdmins,
      bodyLimit: 16 * 1024 * 1024,
      schema: {
        ...about('Legacy systems', 'Import whose its tickets were, from a CSV file', importDescription),
        consumes: ['text/csv', 'application/json'],
        params: api.ById,
        body: api.Csv,
        response: answers({ 200: api.LegacyImportReport }, 404, 413, 415, 422),
      },
    },
    async (request, reply) => {
      const table = readTable(request.body.csv, legacyColumns)
      if (!table.ok) return refuse(reply, table)
      const lines = await importLegacyTickets(store, request.params.id, table.value.rows.map(asListed))
      if (!lines) return fail(reply, 404, 'There is no such legacy system.')
      const of = (outcome: api.ImportedLegacyTicket['outcome']) =>
        lines.filter((line) => line.outcome === outcome).length
      const counts = {
        created: of('created'),
        updated: of('updated'),
        unchanged: of('unchanged'),
        failed: of('failed'),
      }
      return { ...counts, ignored_columns: table.value.ignored, lines }
    },
  )
}

const legacyColumns = { needed: ['number', 'organization'], all: ['number', 'organization'] }

function asListed(row: Row): ListedTicket {
  if ('problem' in row) return row
  return { line: row.line, number: row.fields.number ?? '', organization: row.fields.organization ?? '' }
}

const importDescription =
  'Send the file as text/csv, or as `csv` in JSON. The first line names the columns: number, as the patterns find it, and ' +
  'organization, its name or id. A number that is known already goes to the organization that the file names. A letter of ' +
  'another organization that speaks of such a number opens a ticket as if it named none.'

function show({ id, name, patterns, samples, createdAt, updatedAt }: LegacySystem): api.LegacySystem {
  const times = { created_at: createdAt.toISOString(), updated_at: updatedAt.toISOString() }
  return { id, name, ...Stored.parse({ patterns, samples }), ...times }
}

const Stored = api.LegacySystem.pick({ patterns: true, samples: true })

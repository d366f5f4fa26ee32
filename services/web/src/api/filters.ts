import { api } from '@podatelna/contracts'
import type { App } from '@podatelna/process'
import { z } from 'zod'
import { callerOf } from '../door/caller.ts'
import { refuse } from '../door/problem.ts'
import type { Web } from '../door/web.ts'
import { pageOf, placeOf } from '../reads/page.ts'
import { changeFilter, deleteFilter, listFilters, saveFilter, showFilter } from '../saved-filters.ts'
import { about, answers } from './about.ts'

export function filterCalls(web: Web, { store }: App): void {
  web.get(
    '/filters',
    {
      schema: {
        ...about('Filters', 'List saved filters', 'Your own and those everybody has.'),
        querystring: api.ListQuery,
        response: answers({ 200: api.page(api.SavedFilter) }),
      },
    },
    async (request) => {
      const rows = await listFilters(store, callerOf(request), request.query)
      return pageOf(rows, request.query.limit, placeOf, showFilter)
    },
  )

  web.post(
    '/filters',
    {
      schema: {
        ...about(
          'Filters',
          'Save a filter of the ticket list',
          'Its query holds what GET /api/tickets takes. What ADMIN_TOKEN saves is always shared: it is no agent.',
        ),
        body: api.NewSavedFilter,
        response: answers({ 201: api.SavedFilter }, 409, 422),
      },
    },
    async (request, reply) => {
      const saved = await saveFilter(store, callerOf(request), request.body)
      if (!saved.ok) return refuse(reply, saved)
      reply.statusCode = 201
      return showFilter(saved.value)
    },
  )

  web.patch(
    '/filters/:id',
    {
      schema: {
        ...about('Filters', 'Change a saved filter', 'One that is shared no longer is the own one of whoever says so.'),
        params: api.ById,
        body: api.SavedFilterChanges,
        response: answers({ 200: api.SavedFilter }, 404, 409, 422),
      },
    },
    async (request, reply) => {
      const changed = await changeFilter(store, callerOf(request), request.params.id, request.body)
      return changed.ok ? showFilter(changed.value) : refuse(reply, changed)
    },
  )

  web.delete(
    '/filters/:id',
    {
      schema: {
        ...about('Filters', 'Delete a saved filter'),
        params: api.ById,
        response: answers({ 204: z.undefined() }, 404),
      },
    },
    async (request, reply) => {
      const deleted = await deleteFilter(store, callerOf(request), request.params.id)
      if (!deleted.ok) return refuse(reply, deleted)
      reply.statusCode = 204
      return undefined
    },
  )
}

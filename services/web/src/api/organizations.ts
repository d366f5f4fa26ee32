import { changeOrganization, createOrganization, deleteOrganization } from '@podatelna/admission'
import { api } from '@podatelna/contracts'
import type { App } from '@podatelna/process'
import { z } from 'zod'
import { actor } from '../door/caller.ts'
import { refuse } from '../door/problem.ts'
import type { Web } from '../door/web.ts'
import { showOrganization } from '../reads/directory.ts'
import { newestFirst, pageOf, placeOf } from '../reads/page.ts'
import { about, answers, forAdmins } from './about.ts'

export function organizationCalls(web: Web, { store }: App): void {
  web.get(
    '/organizations',
    {
      schema: {
        ...about('Organizations', 'List client companies'),
        querystring: api.ListQuery,
        response: answers({ 200: api.page(api.Organization) }),
      },
    },
    async ({ query }) => {
      const rows = await store.prisma.organization.findMany(newestFirst(query))
      return pageOf(rows, query.limit, placeOf, showOrganization)
    },
  )

  web.post(
    '/organizations',
    {
      config: forAdmins,
      schema: {
        ...about('Organizations', 'Add a client company'),
        body: api.NewOrganization,
        response: answers({ 201: api.Organization }),
      },
    },
    async (request, reply) => {
      reply.statusCode = 201
      return showOrganization(await createOrganization(store, request.body))
    },
  )

  web.patch(
    '/organizations/:id',
    {
      config: forAdmins,
      schema: {
        ...about('Organizations', 'Change a client company'),
        params: api.ById,
        body: api.OrganizationChanges,
        response: answers({ 200: api.Organization }, 404),
      },
    },
    async (request, reply) => {
      const changed = await changeOrganization(store, request.params.id, request.body)
      return changed.ok ? showOrganization(changed.value) : refuse(reply, changed)
    },
  )

  web.delete(
    '/organizations/:id',
    {
      config: forAdmins,
      schema: {
        ...about(
          'Organizations',
          'Remove a client company',
          'Its contacts are removed with it and cut off from every ticket at once; its tickets stay.',
        ),
        params: api.ById,
        response: answers({ 204: z.undefined() }, 404),
      },
    },
    async (request, reply) => {
      const deleted = await deleteOrganization(store, request.params.id, actor(request))
      if (!deleted.ok) return refuse(reply, deleted)
      reply.statusCode = 204
      return undefined
    },
  )
}

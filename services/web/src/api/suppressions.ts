import { api } from '@podatelna/contracts'
import type { App } from '@podatelna/process'
import { z } from 'zod'
import { actor } from '../door/caller.ts'
import { fail } from '../door/problem.ts'
import type { Web } from '../door/web.ts'
import { liftSuppression, listSuppressions } from '../reads/suppressions.ts'
import { about, answers } from './about.ts'

export function suppressionCalls(web: Web, { store }: App): void {
  web.get(
    '/suppressions',
    {
      schema: {
        ...about('Deliveries', 'List addresses that get no mail', description),
        querystring: api.SuppressionQuery,
        response: answers({ 200: api.page(api.Suppression) }),
      },
    },
    async ({ query }) => listSuppressions(store, query),
  )

  web.delete(
    '/suppressions/:address',
    {
      schema: {
        ...about('Deliveries', 'Let an address have mail again', 'What was kept back meanwhile is not sent.'),
        params: api.ByAddress,
        response: answers({ 204: z.undefined() }, 404),
      },
    },
    async (request, reply) => {
      if (!(await liftSuppression(store, request.params.address, actor(request)))) {
        return fail(reply, 404, 'The address is not suppressed.')
      }
      reply.statusCode = 204
      return undefined
    },
  )
}

const description =
  'An address is suppressed when a letter to it came back because there is no such mailbox, when the relay says so at once, ' +
  'or when its reader reported our mail as spam; then only automatic letters are kept from it.'

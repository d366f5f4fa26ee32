import { api } from '@podatelna/contracts'
import type { App } from '@podatelna/process'
import { actor } from '../door/caller.ts'
import type { Web } from '../door/web.ts'
import { liftSuppression, listSuppressions } from '../reads/suppressions.ts'
import { render } from './render.ts'

const limit = 100

export function suppressionPages(web: Web, { store }: App): void {
  const { cursor } = api.ListQuery.shape
  const querystring = api.SuppressionQuery.pick({ address: true }).extend({ cursor })
  web.get('/suppressions', { schema: { hide: true, querystring } }, async (request, reply) => {
    const suppressions = await listSuppressions(store, { limit, ...request.query, lifted: false })
    const model = { me: actor(request), title: 'Suppressed addresses', suppressions }
    return reply.type('text/html; charset=utf-8').send(render('suppressions', model))
  })

  web.post('/suppressions', { schema: { hide: true, body: api.ByAddress } }, async (request, reply) => {
    await liftSuppression(store, request.body.address, actor(request))
    return reply.redirect('/suppressions', 303)
  })
}

import { releaseMail, replayMail } from '@podatelna/admission'
import { api } from '@podatelna/contracts'
import type { App } from '@podatelna/process'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { actor } from '../door/caller.ts'
import { answerProblem, problem, type Refusal, statusOf } from '../door/problem.ts'
import type { Web } from '../door/web.ts'
import { readMail } from '../reads/mail.ts'
import { render } from './render.ts'

export function mailPages(web: Web, app: App): void {
  const show = async (request: FastifyRequest, reply: FastifyReply, id: string, refused?: Refusal) => {
    const mail = await readMail(app.store, id)
    if (!mail) return answerProblem(request, reply, problem(404, 'There is no such letter.'))
    const model = {
      me: actor(request),
      title: mail.subject || '(no subject)',
      mail,
      problem: refused?.detail,
      ...ways(mail),
    }
    return reply
      .code(refused ? statusOf[refused.problem] : 200)
      .type('text/html; charset=utf-8')
      .send(render('mail', model))
  }

  web.get('/mail/:id', { schema: { hide: true, params: api.ById } }, async (request, reply) =>
    show(request, reply, request.params.id),
  )

  web.post(
    '/mail/:id/release',
    { schema: { hide: true, params: api.ById, body: api.Release } },
    async (request, reply) => {
      const { id } = request.params
      const released = await releaseMail(app, { id, by: actor(request), reason: request.body.reason })
      return released.ok ? reply.redirect(`/mail/${id}`, 303) : show(request, reply, id, released)
    },
  )

  web.post('/mail/:id/replay', { schema: { hide: true, params: api.ById } }, async (request, reply) => {
    const { id } = request.params
    const replayed = await replayMail(app, { id, by: actor(request) })
    return replayed.ok ? reply.redirect(`/mail/${id}`, 303) : show(request, reply, id, replayed)
  })
}

/** What an agent may do with a letter that is in no ticket. */
function ways({ disposition, ticket_number }: api.Mail) {
  const loose = ticket_number === undefined
  return {
    releasable: loose && ['held', 'quarantined', 'suppressed'].includes(disposition),
    replayable: loose && disposition === 'admitted',
  }
}

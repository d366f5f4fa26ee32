import { reissueLink, releaseMail, replayMail } from '@podatelna/admission'
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
      explained,
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

  web.post('/mail/:id/reissue', { schema: { hide: true, params: api.ById } }, async (request, reply) => {
    const { id } = request.params
    const reissued = await reissueLink(app, { id, by: actor(request) })
    return reissued.ok ? reply.redirect(`/mail/${id}`, 303) : show(request, reply, id, reissued)
  })

  web.post('/mail/:id/replay', { schema: { hide: true, params: api.ById } }, async (request, reply) => {
    const { id } = request.params
    const replayed = await replayMail(app, { id, by: actor(request) })
    return replayed.ok ? reply.redirect(`/mail/${id}`, 303) : show(request, reply, id, replayed)
  })
}

const explained: Record<api.MailFlag, string> = {
  message_id_reused: 'An earlier letter with other content has the same Message-ID.',
  unproved: 'It was taken, but nothing proves that its author wrote it.',
  unanswered: 'Its author was told nothing: their address had as much automatic mail as nobody proved may cause.',
  disowned: 'The person it was written in the name of says that they did not write it.',
}

/** What an agent may do with a letter that is in no ticket. */
function ways({ disposition, kind, mail_from, kept, ticket_number }: api.Mail) {
  const loose = ticket_number === undefined && kept
  const waits = ['held', 'quarantined'].includes(disposition)
  return {
    askable: loose && waits && kind === 'letter' && mail_from !== '',
    releasable: loose && ['held', 'quarantined', 'suppressed'].includes(disposition),
    replayable: loose && disposition === 'admitted',
  }
}

import { type Released, reissueLink, releaseMail, replayMail } from '@podatelna/admission'
import { api } from '@podatelna/contracts'
import type { App } from '@podatelna/process'
import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import { actor } from '../door/caller.ts'
import { fail, refuse } from '../door/problem.ts'
import type { Web } from '../door/web.ts'
import { listMail, readMail, readRaw } from '../reads/mail.ts'
import { about, answers } from './about.ts'

export function mailCalls(web: Web, app: App): void {
  const { store } = app
  const show = async (reply: FastifyReply, id: string, outcome: Released) => {
    if (!outcome.ok) return refuse(reply, outcome)
    return (await readMail(store, id)) ?? fail(reply, 404, noMail)
  }

  web.get(
    '/mail',
    {
      schema: {
        ...about('Mail', 'List every letter that knocked'),
        querystring: api.MailQuery,
        response: answers({ 200: api.page(api.MailInList) }),
      },
    },
    async ({ query }) => listMail(store, query),
  )

  web.get(
    '/mail/:id',
    {
      schema: {
        ...about('Mail', 'Read what became of a letter', 'The timeline tells it across all services.'),
        params: api.ById,
        response: answers({ 200: api.Mail }, 404),
      },
    },
    async (request, reply) => (await readMail(store, request.params.id)) ?? fail(reply, 404, noMail),
  )

  web.get(
    '/mail/:id/raw',
    {
      schema: {
        ...about('Mail', 'Download a letter as it arrived', 'As message/rfc822; 410 when its bytes are not kept.'),
        params: api.ById,
        response: answers({ 200: z.unknown().describe('the letter, byte for byte') }, 404, 410),
      },
    },
    async ({ params: { id } }, reply) => {
      const raw = await readRaw(app, id)
      if (raw === undefined) return fail(reply, 404, noMail)
      if (raw === 'gone') return fail(reply, 410, notKept)
      reply.type('message/rfc822').header('content-disposition', `attachment; filename="${id}.eml"`)
      return reply.send(raw)
    },
  )

  web.post(
    '/mail/:id/release',
    {
      schema: {
        ...about('Mail', 'Admit a letter that is held or quarantined', 'On the word of an agent, with a reason.'),
        params: api.ById,
        body: api.Release,
        response: answers({ 200: api.Mail }, 404, 409),
      },
    },
    async (request, reply) => {
      const { id } = request.params
      return show(reply, id, await releaseMail(app, { id, by: actor(request), reason: request.body.reason }))
    },
  )

  web.post(
    '/mail/:id/reissue',
    {
      schema: {
        ...about('Mail', 'Send the author of a waiting letter a new link', reissue),
        params: api.ById,
        response: answers({ 200: api.Mail }, 404, 409),
      },
    },
    async (request, reply) => {
      const { id } = request.params
      return show(reply, id, await reissueLink(app, { id, by: actor(request) }))
    },
  )

  web.post(
    '/mail/:id/replay',
    {
      schema: {
        ...about('Mail', 'File an admitted letter once more', 'A letter that is filed already stays as it is.'),
        params: api.ById,
        response: answers({ 200: api.Mail }, 404, 409),
      },
    },
    async (request, reply) => {
      const { id } = request.params
      return show(reply, id, await replayMail(app, { id, by: actor(request) }))
    },
  )
}

const reissue =
  'For a letter that is held, or quarantined since nobody confirmed it in time. The link sent before no longer speaks of it. ' +
  'The budget of links to one address holds for staff too.'
const noMail = 'There is no such letter.'
const notKept = 'The bytes of this letter are not kept: it was refused at the door, or its time has passed.'

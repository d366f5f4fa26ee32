/** One message by itself: its HTML in a box, and its text to the last character. */
import { api } from '@podatelna/contracts'
import type { App } from '@podatelna/process'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { answerProblem, problem } from '../door/problem.ts'
import type { Web } from '../door/web.ts'
import { findMessage } from '../reads/tickets.ts'
import { letterPage, letterPolicy } from './letter-html.ts'

export function messagePages(web: Web, { store }: App): void {
  const params = api.ById
  web.get(
    '/messages/:id/html',
    { schema: { hide: true, params, querystring: Images } },
    async (request, reply): Promise<FastifyReply> => {
      const message = await findMessage(store, request.params.id)
      if (!message?.html) return missing(request, reply)
      const remote = request.query.images !== undefined
      return reply
        .headers({ 'content-security-policy': letterPolicy(remote), 'x-frame-options': 'SAMEORIGIN' })
        .type('text/html; charset=utf-8')
        .send(letterPage(message, remote))
    },
  )

  web.get('/messages/:id/text', { schema: { hide: true, params } }, async (request, reply) => {
    const message = await findMessage(store, request.params.id)
    return message ? reply.type('text/plain; charset=utf-8').send(message.text) : missing(request, reply)
  })
}

function missing(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return answerProblem(request, reply, problem(404, 'There is no such message, or it has no HTML.'))
}

const Images = z.object({ images: z.literal('1').optional() })

import { api, parseTicketNumber } from '@podatelna/contracts'
import type { App } from '@podatelna/process'
import { redactMessage } from '@podatelna/ticketing'
import { z } from 'zod'
import { removal } from '../api/redaction.ts'
import { actor } from '../door/caller.ts'
import { answerProblem, problem, statusOf } from '../door/problem.ts'
import type { Web } from '../door/web.ts'

export function redactionPages(web: Web, app: App): void {
  web.post(
    '/tickets/:number/messages/:id/redact',
    { schema: { hide: true, params: api.ByNumberAndMessage, body: Form } },
    async (request, reply) => {
      const { number, id: messageId } = request.params
      const { reason, text, attachment } = request.body
      const redacted = await redactMessage(app, {
        ...{ number: parseTicketNumber(number)!, messageId, by: actor(request), reason },
        remove: removal(text, attachment),
      })
      if (redacted.ok) return reply.redirect(`/tickets/${number}#message-${messageId}`, 303)
      return answerProblem(request, reply, problem(statusOf[redacted.problem], redacted.detail))
    },
  )
}

/** What is left empty in a form comes as an empty text. */
const Form = z.preprocess(
  (form) => Object.fromEntries(Object.entries(Object(form)).filter(([, value]) => value !== '')),
  api.Redact,
)

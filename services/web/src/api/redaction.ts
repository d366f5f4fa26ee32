import { api, parseTicketNumber } from '@podatelna/contracts'
import type { App } from '@podatelna/process'
import { type Removal, redactMessage } from '@podatelna/ticketing'
import { actor } from '../door/caller.ts'
import { refuse } from '../door/problem.ts'
import type { Web } from '../door/web.ts'
import { readMessage } from '../reads/tickets.ts'
import { about, answers } from './about.ts'

/** Agents may, too: a password that was mailed has to go when it is seen, and who removed it stays known. */
export function redactionCalls(web: Web, app: App): void {
  web.post(
    '/tickets/:number/messages/:id/redact',
    {
      schema: {
        ...about('Tickets', 'Redact a message', explanation),
        params: api.ByNumberAndMessage,
        body: api.Redact,
        response: answers({ 200: api.Message }, 404, 422),
      },
    },
    async (request, reply) => {
      const { number, id: messageId } = request.params
      const { reason, text, attachment } = request.body
      const redacted = await redactMessage(app, {
        ...{ number: parseTicketNumber(number)!, messageId, by: actor(request), reason },
        remove: removal(text, attachment),
      })
      return redacted.ok ? readMessage(app.store, messageId) : refuse(reply, redacted)
    },
  )
}

export function removal(words: string | undefined, attachment: string | undefined): Removal {
  if (words !== undefined) return { what: 'text', words }
  return attachment === undefined ? { what: 'message' } : { what: 'attachment', id: attachment }
}

const explanation =
  'Removes the message, some text or one file for good: from the message, its letter, what we sent of it, and search. ' +
  'Notices that are not sent yet are not sent. Who removed it, when and why stays. Text inside files is not looked for.'

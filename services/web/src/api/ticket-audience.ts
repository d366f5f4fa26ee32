import { api, parseTicketNumber } from '@podatelna/contracts'
import type { App } from '@podatelna/process'
import { changeAudience, previewReply, renewLink } from '@podatelna/ticketing'
import { actor } from '../door/caller.ts'
import { seenVersion } from '../door/once.ts'
import { refuse } from '../door/problem.ts'
import type { Web } from '../door/web.ts'
import { readMessage } from '../reads/tickets.ts'
import { about, answers } from './about.ts'
import { giveTicket } from './tickets.ts'

/** Who sees and who receives what is written to a ticket, and by which link. */
export function ticketAudience(web: Web, app: App): void {
  const { store } = app
  web.get(
    '/tickets/:number/recipients',
    {
      schema: {
        ...about(
          'Tickets',
          'Who would receive a reply',
          'Exactly those who receive it when it is written now by you, at once or in their next digest.',
        ),
        params: api.ByNumber,
        querystring: api.RecipientsQuery,
        response: answers({ 200: api.Recipients }, 404, 409, 422),
      },
    },
    async (request, reply) => {
      const number = parseTicketNumber(request.params.number)!
      const preview = await previewReply(app, { ...request.query, number, by: actor(request) })
      if (!preview.ok) return refuse(reply, preview)
      const { audience, recipients } = preview.value
      const people = recipients.map(({ address: email, name, mail }) => ({ email, name, mail }))
      return {
        audience,
        recipients: people.flatMap(({ mail, ...person }) => (mail === 'never' ? [] : { ...person, mail })),
        not_mailed: people.filter(({ mail }) => mail === 'never'),
      }
    },
  )

  web.post(
    '/tickets/:number/participants/:email/renew-token',
    {
      schema: {
        ...about(
          'Tickets',
          'Revoke what a participant was sent until now',
          'The link to their page and the reply addresses they have lead nowhere any more; they are mailed a new link.',
        ),
        params: api.ByNumberAndEmail,
        response: answers({ 200: api.Ticket }, 404, 409),
      },
    },
    async (request, reply) => {
      const { number, email } = request.params
      const renewed = await renewLink(app, { number: parseTicketNumber(number)!, email, by: actor(request) })
      return renewed.ok ? giveTicket(store, reply, number) : refuse(reply, renewed)
    },
  )

  web.patch(
    '/tickets/:number/messages/:id',
    {
      schema: {
        ...about(
          'Tickets',
          'Show a message to others, or hide it',
          'Nobody is mailed by it, and it is recorded. 409 for a note, and for hiding from the client what an end customer wrote.',
        ),
        params: api.ByNumberAndMessage,
        headers: api.IfMatch,
        body: api.MessageChanges,
        response: answers({ 200: api.Message }, 404, 409, 412),
      },
    },
    async (request, reply) => {
      const { number, id: messageId } = request.params
      const { audience } = request.body
      const changed = await changeAudience(app, {
        ...{ number: parseTicketNumber(number)!, messageId, audience },
        ...{ by: actor(request), seen: seenVersion(request) },
      })
      return changed.ok ? readMessage(store, messageId) : refuse(reply, changed)
    },
  )
}

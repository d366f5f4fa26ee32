/**
 * The participant's page of one ticket (rules §5): read, answer, put others in copy, choose which mail comes, leave. The token in the address is
 * the secret and the only authority, as long as they are on the ticket; GET shows, POST acts.
 */
import formbody from '@fastify/formbody'
import { preferMail } from '@podatelna/admission'
import { api, ContactNotify } from '@podatelna/contracts'
import { readToken } from '@podatelna/mail'
import type { App } from '@podatelna/process'
import {
  answerOnPage,
  copyOnPage,
  findSeat,
  leaveTicket,
  refuseLockOnPage,
  removeOnPage,
  renewLink,
  type Seat,
} from '@podatelna/ticketing'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { wordsLimit } from '../api/tickets.ts'
import { languageOf } from '../authorize/link-page.ts'
import { isForeign } from '../door/same-origin.ts'
import type { Web } from '../door/web.ts'
import { render } from '../pages/render.ts'
import { participantFiles } from './files.ts'
import { leavePages } from './leave.ts'
import { type Notice, participantPage, wordsFor } from './page.ts'

export async function participantPages(web: Web, app: App): Promise<void> {
  await web.register(formbody, { bodyLimit: wordsLimit })
  await web.register(async (scope: Web) => leavePages(scope, app))
  participantFiles(web, app, {
    options,
    seatOf: (token) => seatOf(app, token),
    unknown: (request, reply) => say(reply, languageOf(request), 404, 'unknown'),
    say: (reply, language, status, detail) =>
      html(reply.code(status), shortPage(language, wordsFor(language).files, detail)),
  })

  web.get('/t/:token', { ...options, schema }, async (request, reply) => {
    const seat = await seatOf(app, request.params.token)
    if (!seat) return say(reply, languageOf(request), 404, 'unknown')
    const { data: done } = Done.safeParse(request.query.done)
    return html(reply, await participantPage(app, { seat, token: request.params.token }, done))
  })

  web.post('/t/:token', { ...options, bodyLimit: wordsLimit, schema }, async (request, reply) => {
    const { token } = request.params
    const seat = await seatOf(app, token)
    if (!seat) return say(reply, languageOf(request), 404, 'unknown')
    if (isForeign(request, app.settings.PUBLIC_URL)) return say(reply, seat.language, 403, 'foreign')
    const { notice, ok, draft } = await act(app, seat, request)
    if (!ok) return html(reply.code(422), await participantPage(app, { seat, token }, notice, draft))
    const words = wordsFor(seat.language)
    if (notice === 'left') return html(reply, shortPage(seat.language, words.leave, words.left))
    if (notice === 'renewed') return html(reply, shortPage(seat.language, words.renew, words.renewed))
    return reply.redirect(`/t/${token}?done=${notice}`, 303)
  })
}

const Done = z.enum(['sent', 'added', 'proposedNow', 'removed', 'lockRefused', 'notLocked', 'mailChosen'])
const schema = {
  hide: true,
  params: z.object({ token: z.string().max(64) }),
  querystring: z.object({ done: z.string().optional() }),
}
const options = {
  config: { rateLimit: { max: 120, timeWindow: '1 minute' } },
  helmet: { referrerPolicy: { policy: 'no-referrer' as const } },
}

async function seatOf({ store, keys }: App, token: string): Promise<Seat | undefined> {
  const serial = readToken(keys, 'page', token)
  return serial === undefined ? undefined : findSeat(store, serial)
}

const Answer = z.object({
  act: z.literal('answer'),
  message: z.uuid(),
  text: api.text(200_000).refine((text) => text.trim() !== ''),
})
const Refusal = z.object({ act: z.literal('refuse'), lock: z.iso.datetime() })
const Choice = z.object({ notify: ContactNotify })
const WithEmail = z.object({ act: z.enum(['copy', 'remove']), email: api.EmailAddress })

type Outcome = { ok: boolean; notice: Notice; draft?: string }

async function act(app: App, seat: Seat, { body }: FastifyRequest): Promise<Outcome> {
  const { act: asked, text: draft } = z
    .object({ act: z.string(), text: z.string().optional() })
    .catch({ act: '' })
    .parse(body)
  if (asked === 'leave') return outcome(await leaveTicket(app, seat), 'left')
  if (asked === 'renew') {
    const { number, address: email, actor: by } = seat
    return outcome(await renewLink(app, { number, email, by }), 'renewed')
  }
  if (asked === 'refuse') {
    const refusal = Refusal.safeParse(body)
    if (!refusal.success) return { ok: false, notice: 'refused' }
    const refused = await refuseLockOnPage(app, seat, new Date(refusal.data.lock))
    return outcome(refused, refused.ok && refused.value.refused ? 'lockRefused' : 'notLocked')
  }
  if (asked === 'notify') {
    const choice = Choice.safeParse(body)
    if (!choice.success) return { ok: false, notice: 'noChoice' }
    return outcome(await preferMail(app.store, seat.address, choice.data.notify), 'mailChosen')
  }
  if (asked === 'answer') {
    const answer = Answer.safeParse(body)
    if (!answer.success) return { ok: false, notice: 'tooLong', draft: draft ?? '' }
    const { message: messageId, text } = answer.data
    return { ...outcome(await answerOnPage(app, seat, { messageId, text }), 'sent'), draft: text }
  }
  const person = WithEmail.safeParse(body)
  if (!person.success) return { ok: false, notice: 'badEmail' }
  const { email } = person.data
  if (person.data.act === 'remove') return outcome(await removeOnPage(app, seat, email), 'removed')
  const added = await copyOnPage(app, seat, { email })
  return outcome(added, added.ok && added.value.state === 'proposed' ? 'proposedNow' : 'added')
}

function outcome({ ok }: { ok: boolean }, done: Notice): Outcome {
  return { ok, notice: ok ? done : 'refused' }
}

function say(reply: FastifyReply, language: string, status: number, what: 'unknown' | 'foreign') {
  const words = wordsFor(language)
  return html(reply.code(status), shortPage(language, words[`${what}Title`], words[what]))
}

function shortPage(language: string, title: string, detail: string): string {
  return render('authorize-short', { language, title, detail })
}

function html(reply: FastifyReply, text: string): FastifyReply {
  return reply.type('text/html; charset=utf-8').send(text)
}

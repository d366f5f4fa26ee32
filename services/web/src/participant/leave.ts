/**
 * Where List-Unsubscribe leads (RFC 8058). The token in the address lets its holder do this one thing: programs of mail
 * providers see it. GET asks, POST leaves, whoever presses the button: a person, or their mail program for them.
 */
import { readToken } from '@podatelna/mail'
import type { App } from '@podatelna/process'
import { findSeat, leaveTicket } from '@podatelna/ticketing'
import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import { languageOf } from '../authorize/link-page.ts'
import { isForeign } from '../door/same-origin.ts'
import type { Web } from '../door/web.ts'
import { render } from '../pages/render.ts'
import { wordsFor } from './page.ts'

export async function leavePages(web: Web, app: App): Promise<void> {
  // multipart/form-data is what RFC 8058 §3.1 asks senders for; what is in the body changes nothing.
  web.addContentTypeParser('*', { parseAs: 'string', bodyLimit: 16 * 1024 }, async () => undefined)

  web.get('/t/:token/leave', options, async (request, reply) => {
    const seat = await seatOf(app, request.params.token)
    if (seat === 'absent') return say(reply.code(404), languageOf(request), 'unknown')
    if (!seat) return say(reply, languageOf(request), 'left')
    const words = wordsFor(seat.language)
    const page = { language: seat.language, title: words.leave, detail: words.leaveHint, button: words.leave }
    return reply.type('text/html; charset=utf-8').send(render('leave', page))
  })

  web.post('/t/:token/leave', options, async (request, reply) => {
    const seat = await seatOf(app, request.params.token)
    if (seat === 'absent') return say(reply.code(404), languageOf(request), 'unknown')
    // Those who have left already are told so: programs may ask twice.
    if (!seat) return say(reply, languageOf(request), 'left')
    if (isForeign(request, app.settings.PUBLIC_URL)) return say(reply.code(403), seat.language, 'foreign')
    const left = await leaveTicket(app, seat)
    return say(left.ok ? reply : reply.code(422), seat.language, left.ok ? 'left' : 'refused')
  })
}

const options = {
  schema: { hide: true, params: z.object({ token: z.string().max(64) }) },
  config: { rateLimit: { max: 120, timeWindow: '1 minute' } },
}

/** Undefined for those who are not on the ticket any more. A token whose serial was renewed is as if absent. */
async function seatOf({ store, keys }: App, token: string) {
  const serial = readToken(keys, 'leave', token)
  if (serial === undefined) return 'absent'
  const seat = await findSeat(store, serial)
  return seat ?? ((await store.prisma.participant.count({ where: { serial } })) > 0 ? undefined : 'absent')
}

function say(reply: FastifyReply, language: string, what: 'unknown' | 'left' | 'refused' | 'foreign'): FastifyReply {
  const words = wordsFor(language)
  const titles = { unknown: words.unknownTitle, left: words.leave, refused: words.leave, foreign: words.foreignTitle }
  const page = { language, title: titles[what], detail: words[what] }
  return reply.type('text/html; charset=utf-8').send(render('authorize-short', page))
}

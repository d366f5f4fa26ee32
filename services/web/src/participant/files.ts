/** Files of messages that a participant may see: those too large for a letter are read here. */
import type { App } from '@podatelna/process'
import type { Seat } from '@podatelna/ticketing'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { sendFile } from '../door/send-file.ts'
import type { Web } from '../door/web.ts'
import { findFile } from '../reads/attachments.ts'
import { whyLocked } from '../reads/scan.ts'
import { wordsFor } from './page.ts'

/** What the page of the ticket says instead of a file. */
type Say = (reply: FastifyReply, language: string, status: number, detail: string) => FastifyReply
type Doors = {
  options: object
  seatOf(token: string): Promise<Seat | undefined>
  unknown(request: FastifyRequest, reply: FastifyReply): FastifyReply
  say: Say
}

export function participantFiles(web: Web, { store, settings, log }: App, doors: Doors): void {
  const params = z.object({ token: z.string().max(64), id: z.uuid() })
  web.get('/t/:token/files/:id', { ...doors.options, schema: { hide: true, params } }, async (request, reply) => {
    const { token, id } = request.params
    const seat = await doors.seatOf(token)
    if (!seat) return doors.unknown(request, reply)
    const file = await findFile(store, id, seat.participantId)
    if (!file) return doors.unknown(request, reply)
    const words = wordsFor(seat.language)
    const locked = whyLocked(file, settings)
    if (locked) {
      return doors.say(reply, seat.language, locked.status, file.scan === 'unscanned' ? words.scanning : words.unsafe)
    }
    try {
      return await sendFile(store, request, reply, file)
    } catch (cause) {
      log.error({ attachment: id, cause: String(cause) }, 'the bytes of an attachment are missing in the letter store')
      return doors.say(reply, seat.language, 410, words.gone)
    }
  })
}

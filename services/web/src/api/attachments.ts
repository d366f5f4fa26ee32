import { api } from '@podatelna/contracts'
import type { App } from '@podatelna/process'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { fail } from '../door/problem.ts'
import { sendFile } from '../door/send-file.ts'
import type { Web } from '../door/web.ts'
import { findFile } from '../reads/attachments.ts'
import { whyLocked } from '../reads/scan.ts'
import { about, answers } from './about.ts'

export function attachmentCalls(web: Web, app: App): void {
  const { store, settings, log } = app
  web.get(
    '/attachments/:id',
    {
      schema: {
        ...about('Tickets', 'Download a file of a message', explanation),
        params: api.ById,
        querystring: api.AttachmentQuery,
        response: answers({ 200: bytes, 206: bytes, 304: z.undefined() }, 404, 410, 416, 423),
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const file = await findFile(store, id)
      if (!file) return fail(reply, 404, 'There is no such attachment.')
      const locked = whyLocked(file, settings)
      if (locked && !isTakenAllTheSame(request, request.query)) return fail(reply, locked.status, locked.detail)
      try {
        return await sendFile(store, request, reply, file, request.query.inline !== undefined)
      } catch (cause) {
        log.error(
          { attachment: id, cause: String(cause) },
          'the bytes of an attachment are missing in the letter store',
        )
        return fail(reply, 410, 'The bytes of this attachment cannot be found; those of its letter may still be there.')
      }
    },
  )
}

/** An administrator may look at what is locked, for instance to send it to whoever writes the signatures. */
function isTakenAllTheSame(request: FastifyRequest, { infected }: api.AttachmentQuery): boolean {
  return infected === 'download' && request.caller?.role === 'admin'
}

const explanation =
  'Always as a download, under a type that browsers do nothing with; only images (PNG, JPEG, GIF, WebP, BMP, by their bytes) are ' +
  'shown in place, with `inline=1`. 403 when the scanner found a virus in it, 423 while it has to be scanned first; an ' +
  'administrator gets it all the same with `infected=download`. 410 when its bytes are missing.'
const bytes = z.unknown().describe('the file, byte for byte')

import { api } from '@podatelna/contracts'
import type { App } from '@podatelna/process'
import { create as disposition } from 'content-disposition'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { sendDownload } from '../door/download.ts'
import { fail } from '../door/problem.ts'
import { downloadType, rasterType, tellingBytes } from '../door/safe-type.ts'
import type { Web } from '../door/web.ts'
import { beginningOf, findFile, openFile, type StoredFile } from '../reads/attachments.ts'
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
        return await send(request, reply, file, request.query.inline !== undefined)
      } catch (cause) {
        log.error(
          { attachment: id, cause: String(cause) },
          'the bytes of an attachment are missing in the letter store',
        )
        return fail(reply, 410, 'The bytes of this attachment cannot be found; those of its letter may still be there.')
      }
    },
  )

  async function send(request: FastifyRequest, reply: FastifyReply, file: StoredFile, inline: boolean) {
    const image = inline ? rasterType(await beginningOf(store, file, tellingBytes)) : undefined
    return sendDownload(request, reply, {
      etag: `"${file.sha256.toString('hex')}"`,
      bytes: file.bytes,
      headers: {
        'content-type': image ?? downloadType(file.type),
        'content-disposition': disposition(file.filename, { type: image ? 'inline' : 'attachment' }),
        'x-content-type-options': 'nosniff',
        // Should a browser show it all the same, it does so in a box without scripts, forms, neighbours or a network.
        'content-security-policy': "sandbox; default-src 'none'",
        'cross-origin-resource-policy': 'same-origin',
      },
      open: (range) => openFile(store, file, range),
    })
  }
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

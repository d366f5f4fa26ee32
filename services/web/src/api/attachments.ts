import { Readable } from 'node:stream'
import { api } from '@podatelna/contracts'
import type { App } from '@podatelna/process'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { prepareFile, rasterType } from '../door/file.ts'
import { fail } from '../door/problem.ts'
import type { Web } from '../door/web.ts'
import { findFile, type StoredFile } from '../reads/attachments.ts'
import { about, problems } from './about.ts'

/** The files of messages. */
export function attachmentCalls(web: Web, app: App): void {
  web.get(
    '/attachments/:id',
    {
      schema: {
        ...about(
          'Tickets',
          'Download a file of a message',
          'Never as a page of ours. One range at a time (Range, If-Range), If-None-Match by its SHA-256. ' +
            'Infected files are 403, files that wait for the scanner 423.',
        ),
        params: api.ById,
        querystring: z.object({ inline: z.literal('1').optional().describe('shows a raster image within a page') }),
        response: { 200: z.unknown(), ...problems(401, 403, 404, 416, 423, 503) },
      },
    },
    async (request, reply) => give(app, request, reply),
  )
}

async function give(app: App, request: FastifyRequest, reply: FastifyReply) {
  const { id } = request.params as z.infer<typeof api.ById>
  const file = await findFile(app.store, id)
  if (!file) return reply.send(fail(reply, 404, 'There is no such file.'))
  const locked = whyLocked(file, app.settings)
  if (locked) return reply.send(fail(reply, ...locked))
  const shownAs = (request.query as { inline?: string }).inline ? rasterType(await beginningOf(app, file)) : undefined
  const part = prepareFile(request, reply, file, shownAs)
  if (!part) return reply.send()
  if (request.method === 'HEAD' || file.bytes === 0) return reply.send('')
  if (file.raw) return reply.send(file.raw.subarray(part.start, part.end + 1))
  return reply.send(app.store.letters.read(file.sha256, part))
}

/** An infected file is given to nobody; one that waits for the scanner to nobody yet, unless the policy says otherwise. */
function whyLocked(
  { scan, scanReason }: StoredFile,
  settings: App['settings'],
): [status: number, why: string] | undefined {
  if (scan === 'infected') return [403, `The file is infected (${scanReason}) and is not given out.`]
  const waits = scan === 'unscanned' && settings.CLAMD !== undefined && settings.CLAMD_AWAY === 'hold'
  return waits ? [423, 'The file waits for the virus scanner. Please try again in a moment.'] : undefined
}

async function beginningOf({ store }: App, { raw, sha256 }: StoredFile): Promise<Buffer> {
  if (raw) return raw
  const chunks = await Readable.from(store.letters.read(sha256, { start: 0, end: 15 })).toArray()
  return Buffer.concat(chunks)
}

import type { IncomingMessage } from 'node:http'
import { api } from '@podatelna/contracts'
import { safeFilename } from '@podatelna/mail'
import type { App } from '@podatelna/process'
import { newId } from '@podatelna/store'
import { keepUpload } from '@podatelna/ticketing'
import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import { actor } from '../door/caller.ts'
import { idByKey } from '../door/once.ts'
import { fail } from '../door/problem.ts'
import type { Web } from '../door/web.ts'
import { size } from '../pages/message-view.ts'
import { about, answers } from './about.ts'

/** A part of its own, because here every body is a file, whatever its type says. */
export function uploadCalls(web: Web, { store, settings }: App): void {
  const limit = settings.MAX_UPLOAD_BYTES
  web.removeAllContentTypeParsers()
  web.addContentTypeParser('*', (_request, file: IncomingMessage, done) => done(null, file))

  web.post(
    '/uploads',
    {
      // Counted below, where the answer can say it in words.
      bodyLimit: Number.MAX_SAFE_INTEGER,
      schema: {
        ...about('Tickets', 'Send a file ahead', explanation),
        consumes: ['application/octet-stream'],
        headers: api.IdempotencyKey,
        querystring: api.NewUpload,
        body: z.unknown().describe('the file, byte for byte'),
        response: answers({ 201: api.Upload }, 413, 415),
      },
    },
    async (request, reply) => {
      const { filename } = request.query
      const { 'content-type': type = '', 'content-length': length } = request.raw.headers
      if (Number(length ?? 0) > limit) return tooLarge(reply)
      const about = { id: idByKey(request) ?? newId(), filename: safeFilename(filename), type: typeOf(type) }
      try {
        const kept = await keepUpload(store, request.raw, { ...about, by: actor(request) }, limit)
        if (!kept) return tooLarge(reply)
        reply.statusCode = 201
        return kept
      } catch (error) {
        if (request.raw.complete) throw error
        return fail(reply, 400, 'The file broke off before its end.')
      }
    },
  )

  function tooLarge(reply: FastifyReply) {
    return fail(reply, 413, `The file is larger than ${size(limit)}, the most that is taken.`)
  }
}

/** Without parameters. What is made of parts, or is a letter, would be taken apart by those who get it: it is just bytes. */
function typeOf(said: string): string {
  const type = said.split(';')[0]!.trim().toLowerCase()
  const plain = /^[a-z]{1,30}\/[a-z0-9.+_-]{1,100}$/.test(type) && !/^(multipart|message)\//.test(type)
  return plain ? type : 'application/octet-stream'
}

const explanation =
  'The body is the file, its type the Content-Type. The answer has the id that `attachments` of a reply, a note or a new ' +
  'ticket takes, within a day. It is scanned for viruses meanwhile.'

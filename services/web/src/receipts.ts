/** Where a gateway tells what became of a text. Not among the calls of the API, which are for staff. */
import { createHash, timingSafeEqual } from 'node:crypto'
import formbody from '@fastify/formbody'
import { envelope, outboxInsert } from '@podatelna/bus'
import { textReceipt } from '@podatelna/contracts'
import type { App } from '@podatelna/process'
import { smsField } from '@podatelna/runtime'
import { answerProblem, problem } from './door/problem.ts'
import type { Web } from './door/web.ts'

const bodyLimit = 64 * 1024

/** Kept as an event before it is answered; what it means is for `outbound` to say. */
export async function textReceipts(web: Web, { settings, store, bus }: App): Promise<void> {
  const { SMS_RECEIPT_TOKEN: token, SMS_FIELDS: names } = settings
  if (token === undefined) return
  await web.register(formbody, { bodyLimit })
  web.post('/texts/receipts', { bodyLimit, schema: { hide: true } }, async (request, reply) => {
    if (!isBearer(request.headers.authorization, token)) {
      reply.header('www-authenticate', 'Bearer')
      return answerProblem(request, reply, problem(401, 'Please send the bearer token of SMS_RECEIPT_TOKEN.'))
    }
    const [id, status] = [smsField(request.body, names.id), smsField(request.body, names.status)]
    if (!id || !status) {
      return answerProblem(request, reply, problem(400, `A receipt has ${names.id} and ${names.status}.`))
    }
    const event = envelope(textReceipt, { provider_id: id, status })
    await store.query(outboxInsert([event]))
    bus.publish([event])
    return reply.code(204).send()
  })
}

function isBearer(authorization: string | undefined, token: string): boolean {
  const given = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1]
  return given !== undefined && timingSafeEqual(sha256(given), sha256(token))
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

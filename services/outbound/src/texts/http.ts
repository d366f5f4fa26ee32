/** A gateway that takes texts over HTTP. It divides them itself, and is given each one whole. */
import { type Settings, smsField } from '@podatelna/runtime'
import { type Answer, type Outgoing, type Provider, wordsOf } from './provider.ts'

const patienceMs = 30_000
const longestAnswer = 64 * 1024

type Gateway = { url: string } & Pick<Settings, 'SMS_FROM' | 'SMS_TOKEN' | 'SMS_BODY' | 'SMS_FIELDS'>

export function httpProvider(gateway: Gateway): Provider {
  const stopping = new AbortController()
  return {
    headerBytes: 6,
    isThere: () => true,
    send: (text) => post(gateway, text, stopping.signal),
    close: async () => stopping.abort(),
  }
}

async function post(gateway: Gateway, text: Outgoing, stopping: AbortSignal): Promise<Answer> {
  const signal = AbortSignal.any([stopping, AbortSignal.timeout(patienceMs)])
  try {
    const response = await fetch(gateway.url, {
      ...requestFor(gateway, text),
      method: 'POST',
      redirect: 'manual',
      signal,
    })
    const said = await beginning(response)
    return judge(response, said, gateway.SMS_FIELDS.id, text.id)
  } catch (error) {
    return { outcome: neverThere(error) ? 'deferred' : 'unclear', words: causeOf(error), taken: 0, ids: [] }
  }
}

/** The Idempotency-Key keeps a gateway that knows it from sending twice what we had to ask for twice. */
function requestFor({ SMS_FROM, SMS_TOKEN, SMS_BODY, SMS_FIELDS: names }: Gateway, { id, to, body }: Outgoing) {
  const fields = {
    [names.to]: to,
    ...(SMS_FROM && { [names.from]: SMS_FROM }),
    [names.text]: body,
    [names.reference]: id,
  }
  const isForm = SMS_BODY === 'form'
  return {
    headers: {
      'content-type': isForm ? 'application/x-www-form-urlencoded' : 'application/json',
      accept: 'application/json',
      'idempotency-key': id,
      ...(SMS_TOKEN && { authorization: `Bearer ${SMS_TOKEN}` }),
    },
    body: isForm ? new URLSearchParams(fields).toString() : JSON.stringify(fields),
  }
}

/** @param reference what its receipts may name when its answer has no id */
function judge({ status, headers }: Response, said: string, idField: string, reference: string): Answer {
  if (status >= 200 && status < 300) {
    const id = smsField(parsed(said), idField) ?? reference
    return { outcome: 'sent', words: id, taken: 1, ids: [id] }
  }
  const words = wordsOf(`${status} ${said}`)
  const nothing = { words, taken: 0, ids: [] }
  if ([400, 413, 422].includes(status)) return { ...nothing, outcome: 'failed' }
  // Somebody before the gateway lost patience with it; it may have been at work.
  if (status === 502 || status === 504) return { ...nothing, outcome: 'unclear' }
  if (status !== 429 && status !== 503) return { ...nothing, outcome: 'deferred' }
  const asked = Number(headers.get('retry-after'))
  return { ...nothing, outcome: 'deferred', rest: asked > 0 ? Math.min(asked, 300) : 5 }
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

async function beginning(response: Response): Promise<string> {
  const pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of response.body ?? []) {
    pieces.push(piece)
    bytes += piece.length
    if (bytes > longestAnswer) break
  }
  return Buffer.concat(pieces).toString()
}

/** No connection came about, so that nothing can have been taken. */
function neverThere(error: unknown): boolean {
  const { code = '' } = ((error as Error).cause ?? {}) as { code?: string }
  return /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|CERT_.*|ERR_TLS.*|.*CERT.*)$/.test(
    code,
  )
}

function causeOf(error: unknown): string {
  const { message, cause } = error as Error
  return wordsOf(cause instanceof Error ? cause.message || message : message)
}

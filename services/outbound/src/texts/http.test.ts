import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text as wholeText } from 'node:stream/consumers'
import { readSettings } from '@podatelna/runtime'
import { afterEach, expect, test } from 'vitest'
import { httpProvider } from './http.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

const letter = {
  id: '0190a000-0000-7000-8000-000000000001',
  to: '+420601000000',
  body: 'Přihlášení\nhttps://x',
  taken: 0,
}

test('a gateway is given a text as JSON, with our token, and a key by which it knows a second try', async () => {
  const { send, heard } = await gatewayThatSays(() => [202, '{"id": 17}'], {
    SMS_TOKEN: 'secret',
    SMS_FROM: 'Podatelna',
  })
  expect(await send(letter)).toEqual({ outcome: 'sent', words: '17', taken: 1, ids: ['17'] })
  expect(heard[0]).toMatchObject({
    method: 'POST',
    headers: { authorization: 'Bearer secret', 'content-type': 'application/json', 'idempotency-key': letter.id },
  })
  expect(JSON.parse(heard[0]!.body)).toEqual({
    ...{ to: letter.to, from: 'Podatelna', text: letter.body, reference: letter.id },
  })
})

test('or as a form, under its own names', async () => {
  const { send, heard } = await gatewayThatSays(() => [200, '{"messages": [{"messageId": "m-1"}]}'], {
    ...{ SMS_BODY: 'form', SMS_FIELDS: 'to=recipient, text=body, reference=custom_id, id=messages.0.messageId' },
  })
  expect(await send(letter)).toMatchObject({ outcome: 'sent', ids: ['m-1'] })
  expect(heard[0]!.headers.authorization).toBeUndefined()
  expect(Object.fromEntries(new URLSearchParams(heard[0]!.body))).toEqual({
    ...{ recipient: letter.to, body: letter.body, custom_id: letter.id },
  })
})

test.each(['', 'OK', '{}', '{"id": null}', '[]', '{"id": ""}'])(
  'when its answer has no id, %s, receipts may name our reference',
  async (said) => {
    const { send } = await gatewayThatSays(() => [200, said])
    expect(await send(letter)).toMatchObject({ outcome: 'sent', ids: [letter.id] })
  },
)

test.each([
  [400, 'failed'],
  [422, 'failed'],
  [401, 'deferred'],
  [402, 'deferred'],
  [404, 'deferred'],
  [302, 'deferred'],
  [500, 'deferred'],
  [502, 'unclear'],
  [504, 'unclear'],
] as const)('%i is %s', async (status, outcome) => {
  const { send } = await gatewayThatSays(() => [status, '{"error":\n"the words"}'])
  expect(await send(letter)).toEqual({ outcome, words: `${status} {"error": "the words"}`, taken: 0, ids: [] })
})

test.each([
  [{ 'retry-after': '30' }, 30],
  [{ 'retry-after': 'Fri, 31 Dec 2027 23:59:59 GMT' }, 5],
  [{ 'retry-after': '86400' }, 300],
  [{}, 5],
])('429 with %j: it is left alone for %i seconds', async (headers, rest) => {
  const { send } = await gatewayThatSays(() => [429, '', headers])
  expect(await send(letter)).toMatchObject({ outcome: 'deferred', rest })
})

test('one that is away has nothing; one that hangs up in the middle may have it', async () => {
  const away = await gatewayThatSays(() => [200, ''])
  away.close()
  expect(await away.send(letter)).toMatchObject({ outcome: 'deferred', words: expect.stringContaining('ECONNREFUSED') })
  const hanging = await gatewayThatSays(() => 'hang up')
  expect(await hanging.send(letter)).toMatchObject({ outcome: 'unclear', taken: 0 })
})

test('of a long answer only the beginning is read and told', async () => {
  const { send } = await gatewayThatSays(() => [500, 'x'.repeat(10_000_000)])
  const { words } = await send(letter)
  expect(words).toHaveLength(200)
})

type Said = [status: number, body: string, headers?: Record<string, string>] | 'hang up'

async function gatewayThatSays(say: () => Said, env: Record<string, string> = {}) {
  const heard: { method: string | undefined; headers: IncomingMessage['headers']; body: string }[] = []
  const server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
    const { method, headers } = request
    heard.push({ method, headers, body: await wholeText(request) })
    const said = say()
    if (said === 'hang up') return request.socket.destroy()
    response.writeHead(said[0], said[2] ?? {}).end(said[1])
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}/`
  const provider = httpProvider({ ...readSettings(env), url })
  const close = () => {
    server.close()
    server.closeAllConnections()
  }
  closing.push(() => provider.close(), close)
  return { send: provider.send, heard, close }
}

import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import type { Logger, SmppAccount } from '@podatelna/runtime'
import smpp from 'smpp'
import { afterEach, expect, test, vi } from 'vitest'
import type { Provider, Receipt } from './provider.ts'
import { smppProvider } from './smpp.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  vi.useRealTimers()
  for (const close of closing.splice(0)) await close()
})

const text = { id: '0190a000-0000-7000-8000-00000000abcd', to: '+420601000000', body: 'Hello', taken: 0 }
const long = { ...text, body: 'č'.repeat(150) }

test('a message centre that refuses our password makes texts wait, and is told apart from one that is away', async () => {
  const refusing = await centreThat({ bind: () => smpp.errors.ESME_RINVPASWD! })
  expect(await refusing.provider.send(text)).toEqual({
    ...{ outcome: 'deferred', words: 'bind refused: ESME_RINVPASWD', taken: 0, ids: [], rest: 5 },
  })
  expect(refusing.logged()).not.toContain('s3cret')
  const away = await centreThat({})
  await away.leave()
  await vi.waitFor(async () => {
    expect(await away.provider.send(text)).toMatchObject({
      outcome: 'deferred',
      words: expect.stringMatching(/closed|ECONN/),
    })
  })
})

test('one that says nothing to a text may have it; the connection is not used again', async () => {
  const { provider, bound, heard } = await centreThat({ submit: () => undefined })
  await bound()
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const answer = provider.send(text)
  await vi.waitUntil(() => heard.length === 1)
  vi.advanceTimersByTime(30_000)
  expect(await answer).toMatchObject({ outcome: 'unclear', words: 'no answer to submit_sm within 30 s' })
  vi.useRealTimers()
  await vi.waitFor(() => expect(bound()).resolves.toBe(2), { timeout: 5_000 })
})

test('one that never answers to bind is given up after 15 seconds', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const asked = vi.fn(() => undefined)
  const { provider } = await centreThat({ bind: asked })
  const answer = provider.send(text)
  await vi.waitUntil(() => asked.mock.calls.length > 0)
  vi.advanceTimersByTime(15_000)
  expect(await answer).toMatchObject({ outcome: 'deferred', words: 'no answer to bind_transceiver within 15 s' })
})

test.each([
  ['ESME_RTHROTTLED', 'deferred', 5],
  ['ESME_RMSGQFUL', 'deferred', 5],
  ['ESME_RSYSERR', 'deferred', undefined],
  ['ESME_RINVSRCADR', 'deferred', undefined],
  ['ESME_RINVDSTADR', 'failed', undefined],
  ['ESME_RX_P_APPN', 'failed', undefined],
])('%s: %s', async (status, outcome, rest) => {
  const { provider } = await centreThat({ submit: () => ({ command_status: smpp.errors[status]! }) })
  expect(await provider.send(text)).toEqual({ outcome, words: status, taken: 0, ids: [], ...(rest && { rest }) })
})

test('a status that has no name is told by its number', async () => {
  const { provider } = await centreThat({ submit: () => ({ command_status: 0x400 }) })
  expect(await provider.send(text)).toMatchObject({ outcome: 'deferred', words: 'status 0x00000400' })
})

test('what has no id is sent all the same', async () => {
  const { provider } = await centreThat({ submit: () => ({ message_id: '' }) })
  expect(await provider.send(long)).toEqual({ outcome: 'sent', words: '', taken: 3, ids: [] })
})

test('parts are held together by a number of 8 bits, or, where it is asked for, of 16, the same at every try', async () => {
  const eight = await centreThat({})
  await eight.provider.send(long)
  await eight.provider.send({ ...long, taken: 2 })
  const numbered = (reference: number[], length: number) => [1, 2, 3, 3].map((at) => [length, ...reference, 3, at])
  expect(eight.headers()).toEqual(numbered([0xcd], 3))
  const sixteen = await centreThat({ account: { reference: 16 } })
  await sixteen.provider.send(long)
  expect(sixteen.headers()).toEqual(numbered([0xab, 0xcd], 4).slice(0, 3))
})

test.each([
  ['+420601000000', [1, 1, '420601000000']],
  ['90999', [3, 0, '90999']],
  ['Podatelna', [5, 0, 'Podatelna']],
  [undefined, [0, 0, '']],
])('it is told of what kind our number is: %s', async (from, address) => {
  const { provider, heard } = await centreThat({ from })
  await provider.send(text)
  const [{ source_addr_ton, source_addr_npi, source_addr } = {}] = heard
  expect([source_addr_ton, source_addr_npi, source_addr]).toEqual(address)
})

test('a receipt that we cannot keep now is asked for again', async () => {
  const { deliver, bound } = await centreThat({ received: () => Promise.reject(new Error('database away')) })
  await bound()
  const receipt = { esm_class: 4, short_message: Buffer.from('id:1 stat:DELIVRD err:000') }
  expect(await deliver(receipt)).toBe(smpp.errors.ESME_RX_T_APPN)
})

test('what we know nothing of is refused by its name, and the session goes on', async () => {
  const { ask, bound, provider } = await centreThat({})
  await bound()
  expect(await ask('data_sm')).toBe(smpp.errors.ESME_RINVCMDID)
  expect(await ask('enquire_link')).toBe(0)
  expect(await provider.send(text)).toMatchObject({ outcome: 'sent' })
})

test.each([
  ['a length beyond all reason', Buffer.from('7fffffff00000005', 'hex')],
  ['the greeting of another protocol', Buffer.from('220 mail.example.com ESMTP\r\n')],
])('%s ends the session, not the process, and another one begins', async (_, bytes) => {
  const { write, bound, provider } = await centreThat({})
  await bound()
  write(bytes)
  await vi.waitFor(() => expect(bound()).resolves.toBe(2), { timeout: 5_000 })
  expect(await provider.send(text)).toMatchObject({ outcome: 'sent' })
})

test('a command cut in the middle of a field is answered, and the session goes on', async () => {
  const { write, bound, provider } = await centreThat({})
  await bound()
  write(Buffer.from('00000014000000050000000000000001ffffffff', 'hex'))
  expect(await provider.send(text)).toMatchObject({ outcome: 'sent' })
  expect(await bound()).toBe(1)
})

type Behaviour = {
  bind?: () => number | undefined
  submit?: () => smpp.Fields | undefined
  received?: (receipt: Receipt) => Promise<void>
  from?: string | undefined
  account?: Partial<SmppAccount>
}

async function centreThat({ bind, submit, received = async () => {}, from, account }: Behaviour) {
  const heard: smpp.Pdu[] = []
  const sessions: smpp.Session[] = []
  const sockets = new Set<Socket>()
  const lines: string[] = []
  let bindings = 0
  const server = smpp.createServer({}, (session) => {
    sessions.push(session)
    session.on('error', () => {})
    session.on('bind_transceiver', (pdu: smpp.Pdu) => {
      const status = bind ? bind() : 0
      if (status === 0) bindings++
      if (status !== undefined) session.send(pdu.response({ command_status: status }))
    })
    session.on('unbind', (pdu: smpp.Pdu) => session.send(pdu.response()))
    session.on('submit_sm', (pdu: smpp.Pdu) => {
      heard.push(pdu)
      const answer = submit ? submit() : { message_id: `id-${heard.length}` }
      if (answer) session.send(pdu.response(answer))
    })
  })
  server.on('connection', (socket) => sockets.add(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const note = (...words: unknown[]) => void lines.push(JSON.stringify(words))
  const log = { info: note, warn: note, debug: note } as unknown as Logger
  const credentials = { systemId: 'desk', password: 's3cret', systemType: '' }
  const provider: Provider = smppProvider(
    { ...{ kind: 'smpp', host: '127.0.0.1', port, tls: false, reference: 8 }, ...credentials, ...account },
    { from, log, received },
  )
  const leave = async () => {
    server.close()
    for (const socket of sockets) socket.destroy()
  }
  closing.push(() => provider.close(), leave)
  const last = () => sessions.at(-1)!
  return {
    provider,
    heard,
    leave,
    headers: () => heard.map((pdu) => [...pdu.short_message!.udh![0]!].slice(1)),
    logged: () => lines.join(),
    bound: async () => {
      await vi.waitUntil(() => bindings > 0)
      return bindings
    },
    write: (bytes: Buffer) => [...sockets].at(-1)!.write(bytes),
    deliver: (fields: smpp.Fields) =>
      new Promise<number>((resolve) => last().deliver_sm(fields, (pdu) => resolve(pdu.command_status))),
    ask: (command: 'data_sm' | 'enquire_link') =>
      new Promise<number>((resolve) => last()[command]({}, (pdu) => resolve(pdu.command_status))),
  }
}

import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { asJson } from '../author.ts'
import { companies, type Desk, type Json, openDesk, sentTo } from '../scenario.ts'
import { type ClamdServer, eicar, startClamd } from '../world/clamd.ts'
import { queueFor } from '../world/queue.ts'

const { acme } = companies
const [jana] = acme.people as [(typeof acme.people)[0]]

let clamd: ClamdServer
beforeAll(async () => {
  clamd = await startClamd()
}, 180_000)
afterAll(() => clamd?.stop())

describe('with a virus scanner', () => {
  let desk: Desk
  beforeAll(async () => {
    desk = await openDesk({ env: { CLAMD: clamd.address } })
  })
  afterAll(() => desk?.close())

  test('an infected file is quarantined with its reason, and given to nobody; the letter stays', async () => {
    const { number, id } = await letterWith(desk, eicar)
    await scanned(desk, number, 'infected')
    const { messages, events } = await desk.api('GET', `/api/tickets/${number}`)
    expect(messages[0].attachments[0].scan_reason).toContain('Podatelna.Test')
    expect(messages[0].text).toContain('See the file.')
    expect(events.at(-1)).toMatchObject({
      ...{ type: 'attachment_quarantined', filename: 'file.bin', by: { kind: 'system' } },
      reason: expect.stringContaining('Podatelna.Test'),
    })
    const answer = await download(desk, id)
    expect(answer.status).toBe(403)
    expect(((await answer.json()) as Json).detail).toContain('infected (Podatelna.Test')
    const wanted = await download(desk, id, '?infected=download')
    expect(wanted.headers.get('content-type')).toBe('application/octet-stream')
    expect(Buffer.from(await wanted.arrayBuffer()).equals(eicar)).toBe(true)
  })

  test('a clean file, small or large, is given out once it was scanned', async () => {
    for (const size of [1_000, 3_000_000]) {
      const content = Buffer.alloc(size, 'harmless ')
      const { number, id } = await letterWith(desk, content)
      await scanned(desk, number, 'clean')
      expect(Buffer.from(await (await download(desk, id)).arrayBuffer()).equals(content)).toBe(true)
    }
  })

  test('a letter that brings a virus we know is told of on its ticket at once', async () => {
    await scanned(desk, (await letterWith(desk, eicar)).number, 'infected')
    const { number, id } = await letterWith(desk, eicar)
    const { events } = await desk.api('GET', `/api/tickets/${number}`)
    expect(events.map(({ type }: Json) => type)).toContain('attachment_quarantined')
    expect((await download(desk, id)).status).toBe(403)
  })

  test('a file that is too large for it stays locked, but for an administrator who wants it all the same', async () => {
    const { number, id } = await letterWith(desk, Buffer.alloc(6_000_000, 'too large '))
    await scanned(desk, number, 'failed')
    const answer = await download(desk, id)
    expect([answer.status, ((await answer.json()) as Json).detail]).toEqual([423, expect.stringContaining('larger')])
    expect((await download(desk, id, '?infected=download')).status).toBe(200)
    const { password } = await desk.api('POST', '/api/agents', { name: 'Alena', email: 'alena@desk.test' })
    const login = await desk.http('/login', asJson({ email: 'alena@desk.test', password }))
    const cookie = login.headers.get('set-cookie')!.split(';')[0]!
    const asAgent = await desk.http(`/api/attachments/${id}?infected=download`, { headers: { cookie } })
    expect(asAgent.status).toBe(423)
  })
})

describe('what staff attach', () => {
  test('goes out once it was scanned, and never when it is infected', async () => {
    const desk = await openDesk({ env: { CLAMD: clamd.address } })
    try {
      const { number } = await letterWith(desk, Buffer.from('whatever'))
      const [clean, virus] = [await upload(desk, Buffer.from('one of a kind: sent')), await upload(desk, eicar)]
      const answer = { text: 'Two files.', attachments: [clean.id, virus.id] }
      await desk.api('POST', `/api/tickets/${number}/replies`, answer)
      const { attachments, text } = await sentTo(desk, jana.email).at(-1)!.parsed
      expect(attachments.map(({ content }) => content.toString())).toEqual(['one of a kind: sent'])
      expect(text).not.toContain('/files/')
      const known = await upload(desk, eicar)
      expect(known.scan).toBe('infected')
      const again = { text: 'Again.', attachments: [known.id] }
      const refused = await desk.api('POST', `/api/tickets/${number}/replies`, again, 422)
      expect(refused.detail).toContain('“file.bin” is infected (Podatelna.Test')
    } finally {
      await desk.close()
    }
  })

  test('and is found to be infected while another answer attaches it goes with that one neither; neither waits for the other', async () => {
    const scanner = await scannerThatWaits()
    const desk = await openDesk({ env: { CLAMD: scanner.address } })
    try {
      const { number } = await letterWithout(desk)
      const virus = Buffer.from('one of a kind: a virus')
      const [first, second] = [await upload(desk, virus), await upload(desk, virus)]
      const answered = await replyWith(desk, number, first.id)
      expect(answered.status).toBe(201)
      await scanner.isAsked()
      const queue = await queueFor(desk.podatelna.databaseUrl, 'SELECT FROM contents FOR UPDATE')
      scanner.finds('Podatelna.Test')
      await queue.waiting(1)
      const answering = replyWith(desk, number, second.id)
      await queue.waiting(2)
      await queue.release()
      expect(((await (await answering).json()) as Json).detail).toContain('“file.bin” is infected (Podatelna.Test')
      await desk.settled()
      const { events } = await desk.api('GET', `/api/tickets/${number}`)
      expect(events.filter(({ type }: Json) => type === 'attachment_quarantined')).toHaveLength(1)
    } finally {
      await desk.close()
      scanner.close()
    }
  })

  test('is behind a link, which waits, while the scanner is away', async () => {
    const desk = await openDesk({ env: { CLAMD: '127.0.0.1:1' } })
    try {
      const { number } = await letterWith(desk, Buffer.from('whatever'))
      const { id } = await upload(desk, Buffer.from('one of a kind: waits'))
      await desk.api('POST', `/api/tickets/${number}/replies`, { text: 'See the file.', attachments: [id] })
      const { attachments, text } = await sentTo(desk, jana.email).at(-1)!.parsed
      expect(attachments).toEqual([])
      const given = await desk.http(new URL(/http\S+\/files\/\S+/.exec(text!)![0]).pathname)
      expect(given.status).toBe(423)
      expect(await given.text()).toContain('kontroluje na viry')
    } finally {
      await desk.close()
    }
  })
})

describe('while the scanner is away', () => {
  test('files stay locked, and are scanned when it is back', async () => {
    const desk = await openDesk({ env: { CLAMD: clamd.address, CLAMD_AWAY: 'hold' } })
    try {
      await clamd.kill()
      const { number, id } = await letterWith(desk, Buffer.from('one of a kind: held'))
      expect((await download(desk, id)).status).toBe(423)
      await clamd.restart()
      await scanned(desk, number, 'clean')
      expect((await download(desk, id)).status).toBe(200)
    } finally {
      await desk.close()
    }
  })

  test('files are given out where the setting says so', async () => {
    const desk = await openDesk({ env: { CLAMD: '127.0.0.1:1', CLAMD_AWAY: 'deliver' } })
    try {
      const { id } = await letterWith(desk, Buffer.from('one of a kind: delivered'))
      expect((await download(desk, id)).status).toBe(200)
    } finally {
      await desk.close()
    }
  })

  test.each([
    ['hangs up at once', (socket: Socket) => socket.destroy()],
    ['answers nonsense', (socket: Socket) => socket.end('220 hello\r\n')],
    ['says that it cannot', (socket: Socket) => socket.end('stream: Can’t allocate memory ERROR\0')],
  ])('one that %s counts as away', async (_, behave) => {
    const server = await misbehaving(behave)
    const { port } = server.address() as { port: number }
    const desk = await openDesk({ env: { CLAMD: `127.0.0.1:${port}` } })
    try {
      const { number, id } = await letterWith(desk, Buffer.from(`one of a kind: ${port}`))
      await expect.poll(() => server.asked, { timeout: 15_000 }).toBeGreaterThan(0)
      expect((await download(desk, id)).status).toBe(423)
      const { messages } = await desk.api('GET', `/api/tickets/${number}`)
      expect(messages[0].attachments[0].scan).toBe('unscanned')
    } finally {
      await desk.close()
      server.close()
    }
  })

  test('a file over which it breaks off is tried again later, and keeps no other waiting', async () => {
    const server = await misbehaving(breaksOffOver('poison'))
    const desk = await openDesk({ env: { CLAMD: `127.0.0.1:${(server.address() as { port: number }).port}` } })
    try {
      const poison = await letterWith(desk, Buffer.from('poison'))
      await expect.poll(() => server.asked, { timeout: 15_000 }).toBeGreaterThan(0)
      const other = await letterWith(desk, Buffer.from('one of a kind: passes the other'))
      await scanned(desk, other.number, 'clean')
      expect((await download(desk, poison.id)).status).toBe(423)
    } finally {
      await desk.close()
      server.close()
    }
  })
})

async function letterWith(desk: Desk, content: Buffer) {
  const attachments = [{ filename: 'file.bin', content, contentType: 'application/octet-stream' }]
  const { mail } = await desk.hearsFrom(acme, jana, { text: 'See the file.', attachments })
  const number = mail!.ticket_number!
  const { messages } = await desk.api('GET', `/api/tickets/${number}`)
  return { number, id: messages[0].attachments[0].id as string }
}

async function letterWithout(desk: Desk) {
  const { mail } = await desk.hearsFrom(acme, jana, { text: 'There will be a file.' })
  return { number: mail!.ticket_number! }
}

/** Not waiting for what follows: its letters wait for the scanner. */
function replyWith(desk: Desk, number: string, attachment: string): Promise<Response> {
  const { headers, ...call } = asJson({ text: 'See the file.', attachments: [attachment] })
  const authorization = `Bearer ${desk.adminToken}`
  return desk.http(`/api/tickets/${number}/replies`, { ...call, headers: { ...headers, authorization } })
}

/** A scanner that says nothing until it is told what it finds. */
async function scannerThatWaits() {
  const asked: Socket[] = []
  const server = await misbehaving((socket) => asked.push(socket))
  const { port } = server.address() as AddressInfo
  return {
    address: `127.0.0.1:${port}`,
    async isAsked() {
      await expect.poll(() => asked.length, { timeout: 15_000 }).toBe(1)
    },
    finds(virus: string) {
      for (const socket of asked.splice(0)) socket.end(`stream: ${virus} FOUND\0`)
    },
    close: () => server.close(),
  }
}

async function upload(desk: Desk, content: Buffer): Promise<{ id: string; scan: string }> {
  const answer = await desk.http('/api/uploads?filename=file.bin', {
    ...{ method: 'POST', body: new Uint8Array(content) },
    headers: { authorization: `Bearer ${desk.adminToken}`, 'content-type': 'application/octet-stream' },
  })
  return (await answer.json()) as { id: string; scan: string }
}

function download(desk: Desk, id: string, query = ''): Promise<Response> {
  return desk.http(`/api/attachments/${id}${query}`, { headers: { authorization: `Bearer ${desk.adminToken}` } })
}

async function scanned(desk: Desk, number: string, scan: string): Promise<void> {
  const state = async () => (await desk.api('GET', `/api/tickets/${number}`)).messages[0].attachments[0].scan
  await expect.poll(state, { timeout: 30_000 }).toBe(scan)
}

/** A scanner that finds everything clean, but hangs up at that word. */
function breaksOffOver(word: string): (socket: Socket, first: Buffer) => void {
  return (socket, first) => {
    let said = first
    const answer = () => {
      if (said.includes('zVERSION')) socket.end('ClamAV 1.0.0\0')
      else if (said.includes(word)) socket.destroy()
      else if (said.subarray(-4).equals(Buffer.alloc(4))) socket.end('stream: OK\0')
    }
    socket.on('data', (chunk: Buffer) => {
      said = Buffer.concat([said, chunk])
      answer()
    })
    answer()
  }
}

/** Somebody else's server that is no good scanner. */
async function misbehaving(behave: (socket: Socket, first: Buffer) => void): Promise<Server & { asked: number }> {
  const server = Object.assign(createServer(), { asked: 0 })
  server.on('connection', (socket) => {
    socket.on('error', () => {})
    server.asked++
    socket.once('data', (first: Buffer) => behave(socket, first))
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return server
}

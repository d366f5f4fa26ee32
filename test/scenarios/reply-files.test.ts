import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { companies, type Desk, type Json, openDesk, sentTo, support } from '../scenario.ts'

const { acme } = companies
const [jana, petr] = acme.people as [(typeof acme.people)[0], (typeof acme.people)[0]]
const dot = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

let desk: Desk
beforeAll(async () => {
  desk = await openDesk({ env: { MAX_UPLOAD_BYTES: String(20 * 1024 * 1024) } })
})
afterAll(() => desk?.close())
beforeEach(() => desk.post.clear())

describe('files of an answer', () => {
  test('reach everybody it reaches, byte for byte and under their names, and stand in the ticket', async () => {
    const content = randomBytes(300_000)
    const { id, bytes } = await upload('zpráva “A”.pdf', content, 'application/pdf')
    expect(bytes).toBe(content.length)
    const { number } = await ticket(petr.as)
    const sent = await desk.api('POST', `/api/tickets/${number}/replies`, { text: 'Here it is.', attachments: [id] })
    for (const { email } of [jana, petr]) {
      const { attachments } = await newest(email)
      expect(attachments.map((file) => [file.filename, file.contentType, file.content.equals(content)])).toEqual([
        ['zpráva “A”.pdf', 'application/pdf', true],
      ])
    }
    expect(sent.attachments).toMatchObject([{ filename: 'zpráva “A”.pdf', bytes: content.length, source: 'upload' }])
    const given = await authorized(`/api/attachments/${sent.attachments[0].id}`)
    expect(Buffer.from(await given.arrayBuffer()).equals(content)).toBe(true)
  })

  test('that its HTML names are shown in it, pasted pictures too', async () => {
    const { id } = await upload('plan.png', dot, 'image/png')
    const { number } = await ticket()
    const html = `<p>See <img src="cid:${id}"> and <img alt="x" src="data:image/png;base64,${dot.toString('base64')}"></p>`
    await desk.api('POST', `/api/tickets/${number}/replies`, { html, attachments: [id] })
    const letter = sentTo(desk, jana.email).at(-1)
    expect(letter!.raw.toString('latin1')).toContain('multipart/related')
    const { attachments, html: shown } = await letter!.parsed
    expect(attachments.map(({ contentDisposition, related }) => [contentDisposition, related])).toEqual([
      ['inline', true],
      ['inline', true],
    ])
    for (const { content } of attachments) expect(content.equals(dot)).toBe(true)
    expect(String(shown).match(/src="data:image\/png;base64,/g)).toHaveLength(2)
    expect(letter!.raw.toString('latin1')).not.toContain('src=3D"data:')
  })

  test('that are too large for a letter are behind a link to the recipient’s page, and nobody else’s', async () => {
    const content = randomBytes(16 * 1024 * 1024)
    const { id } = await upload('video.mp4', content, 'video/mp4')
    const small = await upload('small.txt', Buffer.from('small'), 'text/plain')
    const { number } = await ticket(petr.as)
    await desk.api('POST', `/api/tickets/${number}/replies`, { text: 'Large.', attachments: [id, small.id] })
    const { attachments, text, html } = await newest(jana.email)
    expect(attachments.map(({ filename }) => filename)).toEqual(['small.txt'])
    expect(text).toContain('video.mp4 (16,8 MB):')
    const link = /http:\S+\/t\/\S+\/files\/\S+/.exec(text!)![0]
    expect(html).toContain(`href="${link}"`)
    const given = await desk.http(new URL(link).pathname)
    expect(given.headers.get('content-disposition')).toMatch(/^attachment; filename="?video\.mp4/)
    expect(Buffer.from(await given.arrayBuffer()).equals(content)).toBe(true)
    const other = await ticket()
    const elsewhere = `${other.page}/files/${link.split('/').at(-1)}`
    expect((await desk.http(elsewhere)).status).toBe(404)
  })

  test('of 25 MB together are in the letter as far as most servers take it, the rest behind links, and none is lost', async () => {
    const files = await Promise.all(
      [1, 2, 3, 4, 5].map((n) => upload(`part${n}.bin`, randomBytes(5_000_000), 'application/octet-stream')),
    )
    const { number } = await ticket(petr.as)
    const attachments = files.map(({ id }) => id)
    await desk.api('POST', `/api/tickets/${number}/replies`, { text: 'Five parts.', attachments })
    for (const { email } of [jana, petr]) {
      const { attachments, text } = await newest(email)
      const linked = [...text!.matchAll(/(part\d\.bin) \(.*\):/g)].map(([, name]) => name)
      expect(attachments.map(({ content }) => content.length)).toEqual([5_000_000, 5_000_000, 5_000_000])
      expect([...attachments.map(({ filename }) => filename), ...linked]).toEqual(files.map(({ filename }) => filename))
      expect(sentTo(desk, email).at(-1)!.raw.length).toBeLessThan(22_000_000)
    }
  })

  test('are attached once, however often it is asked for by the same key', async () => {
    const key = { 'idempotency-key': 'once' }
    const first = await upload('a.txt', Buffer.from('a'), 'text/plain', key)
    expect(await upload('a.txt', Buffer.from('a'), 'text/plain', key)).toEqual(first)
    const { number } = await ticket()
    const body = JSON.stringify({ text: 'Twice?', attachments: [first.id] })
    for (const _ of [1, 2]) {
      const headers = { ...key, 'content-type': 'application/json' }
      const answer = await authorized(`/api/tickets/${number}/replies`, { method: 'POST', headers, body })
      expect(answer.status).toBe(201)
      expect(((await answer.json()) as Json).attachments).toHaveLength(1)
    }
    await desk.settled()
    expect(sentTo(desk, jana.email)).toHaveLength(2)
  })

  test('that are not there are refused with the answer, in words', async () => {
    const { number } = await ticket()
    const id = '0192f0c1-7c5a-7d7e-8a55-000000000001'
    const refused = await desk.api('POST', `/api/tickets/${number}/replies`, { text: 'x', attachments: [id] }, 422)
    expect(refused.detail).toBe(`There is no uploaded file ${id}; files are kept for a day.`)
    expect((await desk.api('GET', `/api/tickets/${number}`)).messages).toHaveLength(1)
  })
})

describe('files that are sent ahead', () => {
  test('are refused in words when they are too large, whether they say so or not', async () => {
    const content = Buffer.alloc(20 * 1024 * 1024 + 1)
    const said = 'The file is larger than 20 MiB, the most that is taken.'
    const told = await send('x', content)
    expect([told.status, ((await told.json()) as Json).detail]).toEqual([413, said])
    const body = new Blob([content]).stream()
    const chunked = await authorized('/api/uploads?filename=x', { method: 'POST', body, duplex: 'half' } as RequestInit)
    expect([chunked.status, ((await chunked.json()) as Json).detail]).toEqual([413, said])
  })

  test('are for staff only, have a name without a path, and any type', async () => {
    expect((await desk.http('/api/uploads?filename=x', { method: 'POST', body: 'x' })).status).toBe(401)
    expect((await send('', Buffer.from('x'))).status).toBe(400)
    expect(await upload('../../etc/passwd', Buffer.from('{}'), 'application/json')).toMatchObject({
      ...{ filename: 'passwd', type: 'application/json', bytes: 2 },
    })
    expect(await upload('empty', Buffer.alloc(0), 'message/rfc822')).toMatchObject({
      ...{ type: 'application/octet-stream', bytes: 0 },
    })
  })
})

describe('files beside answers', () => {
  test('of a note stay with staff', async () => {
    const { id } = await upload('internal.txt', Buffer.from('ours'), 'text/plain')
    const { number, page } = await ticket()
    desk.post.clear()
    const note = await desk.api('POST', `/api/tickets/${number}/notes`, { text: 'For us.', attachments: [id] })
    expect(note.attachments).toMatchObject([{ filename: 'internal.txt' }])
    expect(desk.post.letters).toEqual([])
    expect((await desk.http(`${page}/files/${note.attachments[0].id}`)).status).toBe(404)
    expect(await (await desk.http(page)).text()).not.toContain('internal.txt')
  })

  test('of a ticket that staff open are on the page of its requester, where letters’ files are as well', async () => {
    const { id } = await upload('offer.pdf', Buffer.from('offer'), 'application/pdf')
    const requester = { email: jana.email, name: jana.name }
    const opened = { mailbox: support, requester, subject: 'Offer', text: 'As we said.', attachments: [id] }
    const { number, messages } = await desk.api('POST', '/api/tickets', opened)
    expect(messages[0].attachments).toMatchObject([{ filename: 'offer.pdf' }])
    const { text, replyTo } = await newest(jana.email)
    const page = new URL(/http\S+\/t\/\S+/.exec(text!)![0]).pathname
    const files = [{ filename: 'signed.pdf', content: Buffer.from('signed') }]
    const { mail } = await desk.hearsFrom(acme, jana, { to: replyTo!.text, text: 'Signed.', attachments: files })
    expect(mail!.ticket_number).toBe(number)
    const shown = await (await desk.http(page)).text()
    for (const name of ['offer.pdf', 'signed.pdf']) {
      const href = new RegExp(`href="([^"]+)">${name}<`).exec(shown)![1]!
      expect((await desk.http(href)).status).toBe(200)
    }
  })
})

type Uploaded = { id: string; filename: string; type: string; bytes: number }

async function upload(name: string, content: Buffer, type: string, headers = {}): Promise<Uploaded> {
  const answer = await send(name, content, { 'content-type': type, ...headers })
  expect(answer.status).toBe(201)
  return (await answer.json()) as Uploaded
}

function send(name: string, content: Buffer, headers: Record<string, string> = {}): Promise<Response> {
  const path = `/api/uploads?filename=${encodeURIComponent(name)}`
  return authorized(path, { method: 'POST', body: new Uint8Array(content), headers })
}

function authorized(path: string, init: RequestInit = {}): Promise<Response> {
  return desk.http(path, { ...init, headers: { authorization: `Bearer ${desk.adminToken}`, ...init.headers } })
}

async function ticket(cc?: string): Promise<{ number: string; page: string }> {
  const { mail } = await desk.hearsFrom(acme, jana, { subject: `Case ${Math.random()}`, ...(cc && { cc }) })
  const page = new URL(/http\S+\/t\/\S+/.exec((await newest(jana.email)).text!)![0]).pathname
  return { number: mail!.ticket_number!, page }
}

async function newest(email: string) {
  return sentTo(desk, email).at(-1)!.parsed
}

import { createHash, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { companies, type Desk, type Json, openDesk, transports } from '../scenario.ts'

const { acme } = companies
const [jana] = acme.people as [(typeof acme.people)[0]]

const dot = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
const report = randomBytes(300 * 1024)
const page = Buffer.from('<script>alert(1)</script>')

describe.each(transports)('files of letters, over %s', (transport) => {
  let desk: Desk
  let message: Json
  beforeAll(async () => {
    desk = await openDesk({ transport })
    const { mail } = await desk.hearsFrom(acme, jana, {
      html: '<p>See <img src="cid:dot@acme.cz"></p>',
      attachments: [
        { filename: 'zpráva “A”.pdf', content: report, contentType: 'application/pdf' },
        { filename: 'page.html', content: page, contentType: 'text/html' },
        { filename: 'dot.png', content: dot, contentType: 'image/png', cid: 'dot@acme.cz' },
      ],
    })
    message = (await desk.api('GET', `/api/tickets/${mail!.ticket_number}`)).messages[0]
  })
  afterAll(() => desk?.close())

  const get = (id: string, headers: Record<string, string> = {}, query = '', method = 'GET') =>
    desk.http(`/api/attachments/${id}${query}`, {
      method,
      headers: { authorization: `Bearer ${desk.adminToken}`, ...headers },
    })
  const named = (filename: string) => message.attachments.find((file: Json) => file.filename === filename)

  test('are listed with their message: name, type, size, digest, and whether the HTML shows them', () => {
    const brief = message.attachments.map(({ id, sha256, ...file }: Json) => file).sort(byName)
    const rest = { source: 'part', scan: 'unscanned', scan_reason: null }
    expect(brief).toEqual([
      { filename: 'dot.png', type: 'image/png', bytes: dot.length, inline: true, content_id: 'dot@acme.cz', ...rest },
      { filename: 'page.html', type: 'text/html', bytes: page.length, inline: false, content_id: null, ...rest },
      {
        filename: 'zpráva “A”.pdf',
        type: 'application/pdf',
        bytes: report.length,
        inline: false,
        content_id: null,
        ...rest,
      },
    ])
  })

  test('come back byte for byte, as a download with their name', async () => {
    const file = named('zpráva “A”.pdf')
    const answer = await get(file.id)
    expect(Buffer.from(await answer.arrayBuffer()).equals(report)).toBe(true)
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'application/pdf',
      'content-length': String(report.length),
      'content-disposition': expect.stringMatching(
        /^attachment; .*filename\*=UTF-8''zpr%C3%A1va%20%E2%80%9CA%E2%80%9D\.pdf/,
      ),
      'x-content-type-options': 'nosniff',
      'content-security-policy': "sandbox; default-src 'none'",
      etag: `"${createHash('sha256').update(report).digest('hex')}"`,
    })
  })

  test('are asked for in parts, and only when they are not known already', async () => {
    const { id } = named('zpráva “A”.pdf')
    const part = await get(id, { range: 'bytes=1000-1009' })
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 1000-1009/${report.length}`])
    expect(Buffer.from(await part.arrayBuffer()).equals(report.subarray(1000, 1010))).toBe(true)
    const end = await get(id, { range: 'bytes=-5' })
    expect(Buffer.from(await end.arrayBuffer()).equals(report.subarray(-5))).toBe(true)
    const beyond = await get(id, { range: `bytes=${report.length}-` })
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, `bytes */${report.length}`])
    expect(((await beyond.json()) as Json).detail).toContain(`${report.length} bytes`)
    expect((await get(id, { range: 'nonsense' })).status).toBe(200)
    expect((await get(id, { range: 'bytes=0-1', 'if-range': '"other"' })).status).toBe(200)
    const etag = (await get(id, { range: 'bytes=0-0' })).headers.get('etag')!
    const known = await get(id, { 'if-none-match': etag })
    expect([known.status, known.headers.get('etag'), known.headers.get('cache-control')]).toEqual([
      ...[304, etag, 'private, no-cache'],
    ])
  })

  test('say what they are without being sent', async () => {
    const { id } = named('zpráva “A”.pdf')
    const [told, sent] = await Promise.all([get(id, {}, '', 'HEAD'), get(id)])
    const lasting = (answer: Response) =>
      [...answer.headers].filter(([name]) => !['date', 'connection', 'keep-alive'].includes(name))
    expect([told.status, await told.text()]).toEqual([200, ''])
    expect(lasting(told)).toEqual(lasting(sent))
    await sent.arrayBuffer()
  })

  test('HTML is never served as HTML, and shown within a page are raster images only, by their bytes', async () => {
    const html = await get(named('page.html').id, {}, '?inline=1')
    expect(html.headers.get('content-type')).toBe('application/octet-stream')
    expect(html.headers.get('content-disposition')).toMatch(/^attachment/)
    const image = await get(named('dot.png').id, {}, '?inline=1')
    expect(image.headers.get('content-type')).toBe('image/png')
    expect(image.headers.get('content-disposition')).toMatch(/^inline/)
  })

  test('are for staff only, and an unknown one is not there', async () => {
    const { id } = named('page.html')
    expect((await desk.http(`/api/attachments/${id}`)).status).toBe(401)
    expect((await get('0192f0c1-7c5a-7d7e-8a55-000000000001')).status).toBe(404)
    expect((await get('nonsense')).status).toBe(404)
  })

  test('the same file in another letter is another attachment of the same content', async () => {
    const attachments = [{ filename: 'again.pdf', content: report, contentType: 'application/pdf' }]
    const { mail } = await desk.hearsFrom(acme, jana, { text: 'Again.', attachments })
    const { messages } = await desk.api('GET', `/api/tickets/${mail!.ticket_number}`)
    const [again] = messages[0].attachments
    expect(again.id).not.toBe(named('zpráva “A”.pdf').id)
    expect(again.sha256).toBe(named('zpráva “A”.pdf').sha256)
    expect((await get(again.id)).headers.get('content-disposition')).toContain('again.pdf')
  })

  test('quoted history is folded, and nothing of it is lost', async () => {
    const text =
      'It works now.\n\nOn Mon, 2 Nov 2026 at 10:00, Support <support@desk.test> wrote:\n> Please restart it.\n'
    const { mail } = await desk.hearsFrom(acme, jana, { text })
    const { messages } = await desk.api('GET', `/api/tickets/${mail!.ticket_number}`)
    expect(messages[0].visible_text.trim()).toBe('It works now.')
    expect(messages[0].folded).toMatchObject([
      { reason: 'history', text: expect.stringContaining('Please restart it.') },
    ])
    expect(messages[0].text.trim()).toBe(text.trim())
  })
})

function byName(one: Json, other: Json): number {
  return one.filename < other.filename ? -1 : 1
}

import { afterAll, beforeAll, expect, test } from 'vitest'
import { signedIn } from '../author.ts'
import { companies, type Desk, type Json, openDesk } from '../scenario.ts'

const { acme } = companies
const [jana] = acme.people as [(typeof acme.people)[0]]
const dot = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

let desk: Desk
beforeAll(async () => {
  desk = await openDesk()
})
afterAll(() => desk?.close())

test('a message shows what its author wrote now, with what was quoted and the signature folded beneath', async () => {
  const { page, message } = await onScreen({
    text: 'It works now.\n\n-- \nJana Nováková\nAcme\n\nOn Mon, 2 Nov 2026 at 10:00, Support <support@desk.test> wrote:\n> Please restart it.\n',
  })
  expect(message.folded.map(({ reason }: Json) => reason)).toContain('history')
  const [shown, ...folded] = page.split('<details class="folded">')
  expect(shown).toContain('It works now.')
  expect(shown).not.toContain('Please restart it.')
  expect(folded.join()).toMatch(/<summary>Earlier messages<\/summary>\s*<div class="text">[^<]*Please restart it\./)
})

test('of a very long text the beginning is shown, and all of it is one click away', async () => {
  const text = `${'All work and no play. '.repeat(4_000)}The end.`
  const { page, message } = await onScreen({ text })
  expect(page).not.toContain('The end.')
  expect(page).toMatch(
    new RegExp(`<a href="/messages/${message.id}/text">Show the whole text, \\d+ characters more</a>`),
  )
  const whole = await signedIn(desk, `/messages/${message.id}/text`)
  expect(whole.headers.get('content-type')).toBe('text/plain; charset=utf-8')
  expect((await whole.text()).trim()).toBe(text)
})

test('files are listed with type and size, to be downloaded', async () => {
  const attachments = [{ filename: 'a <b>.pdf', content: Buffer.alloc(2_560), contentType: 'application/pdf' }]
  const { page, message } = await onScreen({ text: 'See the file.', attachments })
  expect(page).toContain(`<a href="/api/attachments/${message.attachments[0].id}" download>a &lt;b&gt;.pdf</a>`)
  expect(page).toContain('application/pdf, 2.5 KiB')
})

test('HTML is shown in a box where nothing runs, with the images of the letter, and without those of others', async () => {
  const { page, message } = await onScreen({
    html: '<p>See <img src="cid:dot@acme.cz"> and <img src="http://tracker.test/pixel.png" alt="news"></p><script>alert(1)</script>',
    attachments: [{ filename: 'dot.png', content: dot, contentType: 'image/png', cid: 'dot@acme.cz' }],
  })
  const address = `/messages/${message.id}/html`
  expect(page).toMatch(new RegExp(`<iframe src="${address}" sandbox="[a-z -]+" loading="lazy" title="[^"]+">`))
  const html = await signedIn(desk, address)
  expect(Object.fromEntries(html.headers)).toMatchObject({
    'content-security-policy': expect.stringMatching(/^sandbox [a-z -]*; default-src 'none'; img-src 'self' data:; /),
    'x-frame-options': 'SAMEORIGIN',
    'cache-control': 'no-store',
  })
  expect(html.headers.get('content-security-policy')).not.toMatch(/script/)
  const shown = await html.text()
  expect(shown).toContain(`src="/api/attachments/${message.attachments[0].id}?inline=1"`)
  expect(shown).toContain('<a href="?images=1" target="_self">Load remote images</a>')
  expect(shown).not.toContain(' src="http')
  expect(shown).not.toContain('<script')
})

test('images of others are loaded when somebody asks for them, by https', async () => {
  const { message } = await onScreen({ html: '<p><img src="http://tracker.test/pixel.png?a=1&amp;b=2"></p>' })
  const html = await signedIn(desk, `/messages/${message.id}/html?images=1`)
  expect(html.headers.get('content-security-policy')).toContain("img-src 'self' data: https:;")
  const shown = await html.text()
  expect(shown).toContain(' src="https://tracker.test/pixel.png?a=1&amp;b=2"')
  expect(shown).not.toContain('Load remote images')
})

test('whoever has not signed in sees nothing of a message', async () => {
  const { message } = await onScreen({ html: '<p>Secret</p>' })
  for (const part of ['html', 'text']) {
    const answer = await desk.http(`/messages/${message.id}/${part}`)
    expect([answer.status, answer.headers.get('location')]).toEqual([303, expect.stringMatching(/^\/login/)])
  }
  expect((await signedIn(desk, '/messages/0192f0c1-7c5a-7d7e-8a55-000000000001/html')).status).toBe(404)
})

/** A new letter as the first message of its ticket, and the page of that ticket. */
async function onScreen(draft: Parameters<Desk['hearsFrom']>[2]): Promise<{ page: string; message: Json }> {
  const { mail } = await desk.hearsFrom(acme, jana, draft)
  const { messages } = await desk.api('GET', `/api/tickets/${mail!.ticket_number}`)
  const page = await (await signedIn(desk, `/tickets/${mail!.ticket_number}`)).text()
  return { page, message: messages[0] }
}

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { companies, type Desk, type Json, openDesk, sentTo } from '../scenario.ts'

const { acme, globex } = companies
const [jana, petr] = acme.people as [(typeof acme.people)[0], (typeof acme.people)[0]]
const [zuzana] = globex.people as [(typeof globex.people)[0]]

const quote = `Dne 4. 3. 2024 v 10:12 Podpora <podpora@old.example> napsal:

> Zkuste restartovat ústřednu.
> Podpora`
const signature = '-- \nJana Nováková'
const text = `Pořád nezvoní.\n\n${signature}\n\n${quote}\n`

let desk: Desk
beforeAll(async () => {
  desk = await openDesk()
  const patterns = [
    { field: 'subject', pattern: String.raw`\[Old#(\w+)\]` },
    { field: 'recipient', pattern: String.raw`\+old-(\d+)@` },
    { field: 'references', pattern: String.raw`^old\.(\d+)@old\.example$` },
  ]
  const { id } = await desk.api('POST', '/api/legacy-systems', { name: 'OTRS', patterns })
  const csv = `number,organization\nforeign,${globex.name}`
  await desk.api('POST', `/api/legacy-systems/${id}/tickets/import`, { csv })
})
afterAll(() => desk?.close())
beforeEach(() => desk.post.clear())

test('A reply that matches a legacy pattern (regular expressions over subject, recipient, References; per old system) opens a new ticket with the legacy number, and the quoted history is kept as the first, folded message.', async () => {
  const drafts: Record<string, Parameters<Desk['hearsFrom']>[2]> = {
    501: { subject: 'Re: [OLD#501] Phone' },
    502: { to: 'support+old-502@desk.test' },
    503: { references: ['<old.503@old.example>', '<other@client.example>'] },
    504: { inReplyTo: '<old.504@old.example>' },
  }
  for (const [number, draft] of Object.entries(drafts)) {
    const { mail } = await desk.hearsFrom(acme, jana, { text, ...draft })
    const { links, messages } = await desk.api('GET', `/api/tickets/${mail!.ticket_number}`)
    expect(links).toEqual([{ kind: 'legacy', number }])
    expect(messages).toMatchObject([
      { visible_text: '', folded: [{ text: quote }] },
      { visible_text: 'Pořád nezvoní.' },
    ])
  }
})

test("what it quotes is the old system's, as far as one can tell, the letter's own words are its author's, and none is in both", async () => {
  const { number, messages, links } = await continued('1001', { text })
  expect(links).toEqual([{ kind: 'legacy', number: '1001' }])
  expect(messages).toMatchObject([
    {
      ...{ kind: 'inbound', author: { kind: 'system', name: 'OTRS' }, verified: false, audience: 'client' },
      ...{ text: quote, visible_text: '', folded: [{ reason: 'history', text: quote }] },
      quoted_in: messages[1].id,
    },
    {
      ...{ kind: 'inbound', author: { kind: 'contact', email: jana.email }, verified: true, audience: 'client' },
      ...{ visible_text: 'Pořád nezvoní.', folded: [{ reason: 'signature', text: signature }] },
    },
  ])
  expect(messages[1].text).toBe(`Pořád nezvoní.\n\n${signature}`)
  const { items } = await desk.api('GET', `/api/tickets?q=${encodeURIComponent('restartovat ústřednu')}`)
  expect(items.map((ticket: Json) => ticket.number)).toContain(number)
})

test('however often the letter comes and is filed, both are there once', async () => {
  const draft = { subject: '[Old#1002] Phone', text, messageId: '<once@acme.cz>' }
  const raw = await acme.post({ from: jana.as, to: 'support@desk.test', ...draft })
  const [first, second] = await Promise.all(
    [1, 2].map(() => desk.receives(raw, { from: jana.email, to: ['support@desk.test'] })),
  )
  expect(second!.mail!.ticket_number).toBe(first!.mail!.ticket_number)
  await desk.api('POST', `/api/mail/${first!.mail!.id}/replay`)
  const { messages } = await desk.api('GET', `/api/tickets/${first!.mail!.ticket_number}`)
  expect(messages.map(({ visible_text }: Json) => visible_text)).toEqual(['', 'Pořád nezvoní.'])
  const { items } = await desk.api('GET', '/api/tickets?q=1002')
  expect(items).toHaveLength(1)
  expect(sentTo(desk, jana.email)).toHaveLength(1)
})

test('a letter that quotes nothing, or names a number that is not its own, stays one message', async () => {
  expect((await continued('1003', { text: 'Pořád nezvoní.' })).messages).toHaveLength(1)
  const foreign = await continued('foreign', { text })
  expect(foreign.links).toEqual([])
  expect(foreign.messages).toMatchObject([{ folded: [{ reason: 'signature' }, { reason: 'history', text: quote }] }])
})

test('a further reply joins the ticket, and what it quotes stays folded in it', async () => {
  const { number } = await continued('1004', { text })
  const { mail } = await desk.hearsFrom(acme, petr, {
    subject: 'Re: [Old#1004] Phone',
    text: `Mně také ne.\n\n${quote}\n`,
  })
  expect(mail!.ticket_number).toBe(number)
  const { messages } = await desk.api('GET', `/api/tickets/${number}`)
  expect(messages).toHaveLength(3)
  expect(messages[2]).toMatchObject({ visible_text: 'Mně také ne.', folded: [{ reason: 'history', text: quote }] })
})

test('files and HTML stay with the letter that brought them', async () => {
  const html = `<p>Pořád nezvoní.</p><div class="gmail_quote"><div class="gmail_attr">Dne po 4. 3. 2024 v 10:12 Podpora
    &lt;podpora@old.example&gt; napsal:<br></div><blockquote class="gmail_quote">Zkuste restartovat ústřednu.</blockquote></div>`
  const attachments = [{ filename: 'phone.log', content: 'no dial tone' }]
  const { messages } = await continued('1005', { text: '', html, attachments })
  expect(messages.map(({ visible_text }: Json) => visible_text)).toEqual(['', 'Pořád nezvoní.'])
  expect(messages[0]).toMatchObject({ html: null, attachments: [], folded: [{ reason: 'history' }] })
  expect(messages[0].text).toContain('Zkuste restartovat ústřednu.')
  expect(messages[1].text).toBe('Pořád nezvoní.')
  expect(messages[1].html).toContain('<details data-folded="history">')
  expect(messages[1].attachments).toMatchObject([{ filename: 'phone.log' }])
})

test("it is shown folded on the console's page and on that of the participant, in their words", async () => {
  const { number, messages } = await continued('1006', { text })
  const console = await (await page(`/tickets/${number}`)).text()
  expect(console).toMatch(/OTRS <span class="badge unproved">unproved<\/span>/)
  expect(console).toContain(`as <a href="#message-${messages[1].id}">the first letter</a> quotes it`)
  const folded = /<details class="folded"><summary>Earlier messages<\/summary>\s*<div class="text">[^<]*restartovat/
  expect(console.match(new RegExp(folded, 'g'))).toHaveLength(1)
  const { text: notice } = await sentTo(desk, jana.email).at(-1)!.parsed
  const own = await (await page(/\/t\/[a-z2-7]+/.exec(notice!)![0])).text()
  expect(own).toMatch(/OTRS[\s\S]*<summary>Dřívější zprávy<\/summary>\s*<div class="text">[^<]*restartovat/)
  expect(own.match(/restartovat/g)).toHaveLength(1)
  expect(own).toContain('<summary>Podpis</summary>')
})

test('the letter opened its ticket, says its timeline, and cannot be split off from what it quoted', async () => {
  const { number, messages, mail } = await continued('1007', { text })
  const { timeline } = await desk.api('GET', `/api/mail/${mail.id}`)
  expect(timeline.find(({ what }: Json) => what === 'filed').detail).toBe(`opened ${number}`)
  for (const { id } of messages) await desk.api('POST', `/api/tickets/${number}/messages/${id}/split`, {}, 409)
})

test('what a letter quoted is removed with it; removed by itself, it is gone from the letter, too', async () => {
  const remove = async (ticket: Json, index: number) => {
    const path = `/api/tickets/${ticket.number}/messages/${ticket.messages[index].id}/redact`
    await desk.api('POST', path, { reason: 'A password.' })
    return desk.api('GET', `/api/tickets/${ticket.number}`)
  }
  const html = `<p>Pořád nezvoní.</p><blockquote type="cite">${quote}</blockquote>`
  const withLetter = await remove(await continued('1008', { text, html }), 1)
  expect(withLetter.messages.map((message: Json) => [message.text, message.html])).toEqual([
    ['', null],
    ['', null],
  ])
  const byItself = await continued('1009', { text, html })
  const left = await remove(byItself, 0)
  expect(left.subject).toBe('Re: [Old#1009] Phone')
  expect(JSON.stringify(left.messages)).not.toContain('restartovat')
  expect(left.messages[1]).toMatchObject({ visible_text: 'Pořád nezvoní.', html: null })
  expect((await page(`/api/mail/${byItself.mail.id}/raw`)).status).not.toBe(200)
})

test('of what an end customer quotes, they see as much as of their letter', async () => {
  const { items } = await desk.api('GET', '/api/organizations?limit=100')
  const { id } = items.find(({ name }: Json) => name === globex.name)
  const { items: contacts } = await desk.api('GET', `/api/organizations/${id}/contacts`)
  const own = contacts.find(({ emails }: Json) => emails.includes(zuzana.email))
  await desk.api('PATCH', `/api/contacts/${own.id}`, { role: 'end_customer' })
  const { mail } = await desk.hearsFrom(globex, zuzana, { subject: 'Re: [Old#1010] Phone', text })
  const { messages } = await desk.api('GET', `/api/tickets/${mail!.ticket_number}`)
  expect(messages.map(({ audience }: Json) => audience)).toEqual(['end_customer', 'end_customer'])
})

async function continued(number: string, draft: object): Promise<Json> {
  const { mail } = await desk.hearsFrom(acme, jana, { subject: `Re: [Old#${number}] Phone`, ...draft })
  return { ...(await desk.api('GET', `/api/tickets/${mail!.ticket_number}`)), mail: mail! }
}

function page(path: string): Promise<Response> {
  return desk.http(path, { headers: { authorization: `Bearer ${desk.adminToken}`, accept: 'text/html' } })
}

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  companies,
  type Desk,
  type Json,
  type letter,
  openDesk,
  recipients,
  sentTo,
  support,
  transports,
} from '../scenario.ts'

const { acme, globex, initech, proveless } = companies
const [jana, petr] = acme.people as [(typeof acme.people)[0], (typeof acme.people)[0]]
const [zuzana] = globex.people as [(typeof globex.people)[0]]
// Staff write from servers like anybody else: that of one company signs, that of the other proves nothing.
const karel = person('Karel Dvořák', 'karel@initech.it')
const olga = person('Olga Malá', 'olga@initech.it')
const ivan = person('Ivan Tichý', 'ivan@proveless.cz')

describe.each(transports)('agents by mail, over %s', (transport) => {
  let desk: Desk
  beforeAll(async () => {
    desk = await openDesk({ transport })
    await desk.api('POST', '/api/agents', { ...staff(karel), language: 'cs' })
  })
  afterAll(() => desk?.close())
  beforeEach(() => desk.post.clear())

  test('a new ticket is told to the agents, with text, requester, organization and a link to the console', async () => {
    const { mail } = await desk.hearsFrom(acme, jana, { subject: 'Nejde VPN', text: 'Od rána nejde VPN.' })
    const [notice, ...more] = await parsed(desk, karel.email)
    expect(more).toEqual([])
    expect(notice!.subject).toBe(`[${mail!.ticket_number}] Nejde VPN`)
    for (const words of ['Nový požadavek', 'Od rána nejde VPN.', jana.name, jana.email, acme.name, 'běžná', '#note']) {
      expect(notice!.text).toContain(words)
    }
    expect(notice!.text).toContain(`/tickets/${mail!.ticket_number}`)
    expect(notice!.headers.get('auto-submitted')).toBe('auto-generated')
    expect(notice!.replyTo!.text).toMatch(/support\+[a-z2-7]{20,}@desk\.test/)
    expect(sentTo(desk, karel.email)[0]!.from).toMatch(/^bounce\+/)
  })

  test('so is what the client writes next, in the same thread of the agent’s mail program', async () => {
    const { ticket, client, agent } = await openedTicket(desk)
    await desk.hearsFrom(acme, jana, { to: client.replyTo!.text, text: 'Ještě doplňuji.' })
    const [notice, ...more] = await parsed(desk, karel.email)
    expect(more).toEqual([])
    expect(notice!.subject).toContain(ticket)
    expect(notice!.text).toContain('Ještě doplňuji.')
    expect(notice!.text).toContain('Nová zpráva')
    expect(notice!.inReplyTo).toBe(agent.messageId)
    expect(notice!.messageId).not.toBe(agent.messageId)
  })

  test('the same letter delivered twice is told once', async () => {
    const raw = await acme.post({ from: jana.as, to: support, subject: 'Twice', text: 'Hello' })
    for (const to of [support, support, 'support+else@desk.test']) {
      await desk.receives(raw, { from: jana.email, to: [to] })
    }
    expect(sentTo(desk, karel.email)).toHaveLength(1)
  })

  test('an agent’s answer becomes a public reply: what they wrote, without their signature and what they quoted', async () => {
    const { ticket, agent } = await openedTicket(desk)
    const { mail } = await desk.hearsFrom(initech, karel, {
      ...{ to: agent.replyTo!.text, subject: `Re: ${agent.subject}`, inReplyTo: agent.messageId! },
      text: `Restartujte router.\n\n-- \nKarel, linka 42\n\nDne 1. 5. 2026 Support napsal(a):\n${quoted(agent.text!)}`,
    })
    expect(mail).toMatchObject({ disposition: 'admitted', ticket_number: ticket })
    const { messages, status, events } = await desk.api('GET', `/api/tickets/${ticket}`)
    expect(messages.at(-1)).toMatchObject({ kind: 'reply', audience: 'client', text: 'Restartujte router.' })
    expect(messages.at(-1)).toMatchObject({ author: { kind: 'agent', name: karel.name }, mail_id: mail!.id })
    expect(JSON.stringify(messages.at(-1).folded)).toContain('linka 42')
    expect(status).toBe('queued')
    expect(events.map(({ type }: Json) => type)).toContain('replied')
    expect(recipients(desk)).toEqual([jana.email])
    const [sent] = await parsed(desk, jana.email)
    expect(sent!.text).toContain(`odpovídá ${karel.name}:\n\nRestartujte router.\n\nPožadavek`)
    expect(sent!.text).not.toMatch(/linka 42|##-|#note|\/tickets\//)
    expect(sent!.headers.get('auto-submitted')).toBeUndefined()
  })

  test('the same answer delivered twice is sent once', async () => {
    const { ticket, agent } = await openedTicket(desk)
    const to = agent.replyTo!.text
    const raw = await initech.post({ from: karel.as, to, subject: 'Re', text: 'Once.', inReplyTo: agent.messageId! })
    for (const recipient of [to, to, support]) await desk.receives(raw, { from: karel.email, to: [bare(recipient)] })
    expect(sentTo(desk, jana.email)).toHaveLength(1)
    expect((await desk.api('GET', `/api/tickets/${ticket}`)).messages).toHaveLength(2)
  })

  test('the client’s answer to it comes back to the agent', async () => {
    const { agent } = await openedTicket(desk)
    await answer(desk, agent, { text: 'Restartujte router.' })
    const [sent] = await parsed(desk, jana.email)
    await desk.hearsFrom(acme, jana, { to: sent!.replyTo!.text, text: 'Pomohlo to.' })
    expect((await parsed(desk, karel.email))[0]!.text).toContain('Pomohlo to.')
  })

  test.each([
    ['plain', { text: '#note\nPozor na něj.' }],
    ['in other letters, with spaces', { text: '\n\n\u00a0#Note  \nPozor na něj.' }],
    ['in HTML only', { text: '', html: '<div><br></div><div>#note&nbsp;</div><div>Pozor na něj.</div>' }],
    ['in text with HTML beside it', { text: '#note\nPozor na něj.', html: '<p>#note</p><p>Pozor na něj.</p>' }],
  ])('a first line that says #note makes an internal note, told to nobody: %s', async (_, draft) => {
    const { ticket, agent } = await openedTicket(desk)
    await answer(desk, agent, draft)
    const { messages, status } = await desk.api('GET', `/api/tickets/${ticket}`)
    expect(messages.at(-1)).toMatchObject({ kind: 'note', audience: 'internal', text: 'Pozor na něj.' })
    expect(status).toBe('queued')
    expect(recipients(desk)).toEqual([])
  })
})

describe('an agent who writes by mail', () => {
  let desk: Desk
  beforeAll(async () => {
    desk = await openDesk()
    for (const one of [karel, ivan]) await desk.api('POST', '/api/agents', { ...staff(one), language: 'en' })
  })
  afterAll(() => desk?.close())
  beforeEach(() => desk.post.clear())

  test('is held to the same verdict: unproved, the answer waits for their confirmation, and then is filed', async () => {
    const { ticket, client } = await openedTicket(desk)
    await desk.hearsFrom(acme, jana, { to: client.replyTo!.text })
    const toIvan = (await parsed(desk, ivan.email)).at(-1)!
    desk.post.clear()
    const { mail } = await desk.hearsFrom(proveless, ivan, { to: toIvan.replyTo!.text, text: 'It works again.' })
    expect(mail).toMatchObject({ disposition: 'held' })
    expect(recipients(desk)).toEqual([ivan.email])
    const [link] = (await parsed(desk, ivan.email))[0]!.text!.match(/\/authorize\/[\w-]+/)!
    await desk.http(link, { method: 'POST', body: new URLSearchParams({ decision: 'confirm' }) })
    await desk.settled()
    const { messages } = await desk.api('GET', `/api/tickets/${ticket}`)
    expect(messages.at(-1)).toMatchObject({ kind: 'reply', text: 'It works again.', author: { name: ivan.name } })
    expect((await parsed(desk, jana.email))[0]!.text).toContain('It works again.')
  })

  test('from an address that is not theirs is refused like anybody, whatever token they have', async () => {
    const { ticket, agent } = await openedTicket(desk)
    const home = person(karel.name, 'karel.home@globex.sk')
    const { code, text } = await desk.hearsFrom(globex, home, { to: agent.replyTo!.text, text: 'From home.' })
    expect([code, text]).toEqual([550, expect.stringContaining('not registered')])
    expect((await desk.api('GET', `/api/tickets/${ticket}`)).messages).toHaveLength(1)
  })

  test('may reopen a closed ticket by answering, but not by a note', async () => {
    const { ticket, agent } = await openedTicket(desk)
    for (const status of ['solved', 'closed']) await desk.api('PATCH', `/api/tickets/${ticket}`, { status })
    await answer(desk, agent, { text: '#note\nStill broken?' })
    expect(await desk.api('GET', `/api/tickets/${ticket}`)).toMatchObject({ status: 'closed', links: [] })
    await answer(desk, agent, { text: 'One more thing.' })
    expect(await desk.api('GET', `/api/tickets/${ticket}`)).toMatchObject({ status: 'in_progress', links: [] })
    expect((await parsed(desk, jana.email)).at(-1)!.text).toContain('One more thing.')
  })

  test('has their files on the reply', async () => {
    const { ticket, agent } = await openedTicket(desk)
    const attachments = [{ filename: 'manual.pdf', content: 'x', contentType: 'application/pdf' }]
    await answer(desk, agent, { text: 'See the manual.', attachments })
    const { messages } = await desk.api('GET', `/api/tickets/${ticket}`)
    expect(messages.at(-1).attachments).toMatchObject([{ filename: 'manual.pdf', inline: false }])
  })

  test('and is away changes nothing', async () => {
    const { ticket, agent } = await openedTicket(desk)
    const before = await desk.api('GET', `/api/tickets/${ticket}`)
    const { mail } = await answer(desk, agent, { text: 'Away.', headers: { 'Auto-Submitted': 'auto-replied' } })
    expect(mail).toMatchObject({ disposition: 'suppressed' })
    expect(await desk.api('GET', `/api/tickets/${ticket}`)).toEqual(before)
    expect(recipients(desk)).toEqual([])
  })

  test('by a program speaks to staff alone', async () => {
    const { ticket, agent } = await openedTicket(desk)
    const headers = { 'Auto-Submitted': 'auto-generated' }
    await desk.hearsFrom(initech, karel, { to: agent.replyTo!.text, text: 'Disk is full.', headers })
    const { messages } = await desk.api('GET', `/api/tickets/${ticket}`)
    expect(messages.at(-1)).toMatchObject({ kind: 'note', audience: 'internal' })
    expect(recipients(desk)).toEqual([])
  })

  test('without a word of their own speaks to staff alone', async () => {
    const { ticket, agent } = await openedTicket(desk)
    await answer(desk, agent, { text: `${quoted(agent.text!)}` })
    const { messages } = await desk.api('GET', `/api/tickets/${ticket}`)
    expect(messages.at(-1)).toMatchObject({ kind: 'note', audience: 'internal' })
    expect(recipients(desk)).toEqual([])
  })

  test('a token leads no client into a ticket that is not theirs', async () => {
    const { ticket, agent } = await openedTicket(desk)
    const { mail } = await desk.hearsFrom(globex, zuzana, { to: agent.replyTo!.text, text: 'Let me in.' })
    expect(mail).toMatchObject({ disposition: 'admitted' })
    expect(mail!.ticket_number).not.toBe(ticket)
  })

  test('a note that threads nowhere stays among staff', async () => {
    const { mail } = await desk.hearsFrom(initech, karel, { cc: petr.as, text: '#note\nBeware.' })
    const { messages, participants } = await desk.api('GET', `/api/tickets/${mail!.ticket_number}`)
    expect(messages).toMatchObject([{ audience: 'internal' }])
    expect(participants).toMatchObject([{ email: karel.email }])
  })
})

describe('an agent who is a contact, too,', () => {
  let desk: Desk
  beforeAll(async () => {
    desk = await openDesk()
    for (const one of [karel, petr]) await desk.api('POST', '/api/agents', { ...staff(one) })
  })
  afterAll(() => desk?.close())
  beforeEach(() => desk.post.clear())

  test('answers as what they were asked', async () => {
    const { mail } = await desk.hearsFrom(acme, petr, { subject: 'Mine', text: 'As a client.' })
    expect(recipients(desk).sort()).toEqual([karel.email, petr.email].sort())
    const [opened] = await parsed(desk, petr.email)
    desk.post.clear()
    await desk.hearsFrom(acme, petr, { to: opened!.replyTo!.text, text: 'More of it.' })
    expect(recipients(desk)).toEqual([karel.email])
    await desk.hearsFrom(acme, petr, { to: opened!.replyTo!.text, text: '#note\nAmong us.' })
    const { messages } = await desk.api('GET', `/api/tickets/${mail!.ticket_number}`)
    expect(messages.map(({ kind, audience }: Json) => [kind, audience])).toEqual([
      ['inbound', 'client'],
      ['inbound', 'client'],
      ['note', 'internal'],
    ])
  })

  test('answers as an agent what they were told as one', async () => {
    const { mail } = await desk.hearsFrom(acme, jana, { subject: 'Hers' })
    const [told] = await parsed(desk, petr.email)
    await desk.hearsFrom(acme, petr, { to: told!.replyTo!.text, text: 'As an agent.' })
    const { messages } = await desk.api('GET', `/api/tickets/${mail!.ticket_number}`)
    expect(messages.at(-1)).toMatchObject({ kind: 'reply', text: 'As an agent.' })
    expect((await parsed(desk, jana.email)).at(-1)!.text).toContain('As an agent.')
  })
})

describe('who is told', () => {
  let desk: Desk
  let ids: Record<string, string>
  beforeAll(async () => {
    desk = await openDesk()
    const agents = await Promise.all([karel, olga].map((one) => desk.api('POST', '/api/agents', staff(one))))
    ids = Object.fromEntries(agents.map(({ email, id }) => [email, id]))
  })
  afterAll(() => desk?.close())
  beforeEach(() => desk.post.clear())

  test('is the assignee alone, once there is one', async () => {
    const { ticket, client } = await openedTicket(desk)
    await desk.api('PATCH', `/api/tickets/${ticket}`, { assignee: olga.email })
    desk.post.clear()
    await desk.hearsFrom(acme, jana, { to: client.replyTo!.text })
    expect(recipients(desk)).toEqual([olga.email])
  })

  test('also hears what was written on the client’s page', async () => {
    const { client } = await openedTicket(desk)
    const [page] = client.text!.match(/\/t\/[a-z2-7]+/)!
    const [, id] = /name="message" value="([^"]+)"/.exec(await (await desk.http(page)).text())!
    const form = { act: 'answer', message: id!, text: 'By page.' }
    await desk.http(page, { method: 'POST', body: new URLSearchParams(form) })
    await desk.settled()
    expect((await parsed(desk, karel.email))[0]!.text).toContain('By page.')
  })

  test('is whoever serves the mailbox, and of them who wants to', async () => {
    const { items } = await desk.api('GET', '/api/mailboxes')
    const path = `/api/mailboxes/${items[0].id}`
    expect(await desk.api('PATCH', path, { agents: [olga.email] })).toMatchObject({ agents: [{ email: olga.email }] })
    await desk.hearsFrom(acme, jana, {})
    expect(recipients(desk).sort()).toEqual([jana.email, olga.email].sort())
    desk.post.clear()
    await desk.api('PATCH', `/api/agents/${ids[olga.email]}`, { notify: 'mine' })
    const { mail } = await desk.hearsFrom(acme, jana, {})
    expect(recipients(desk)).toEqual([jana.email])
    await desk.api('PATCH', `/api/tickets/${mail!.ticket_number}`, { assignee: olga.email })
    const [client] = await parsed(desk, jana.email)
    desk.post.clear()
    await desk.hearsFrom(acme, jana, { to: client!.replyTo!.text })
    expect(recipients(desk)).toEqual([olga.email])
    await desk.api('PATCH', path, { agents: ['nobody@desk.test'] }, 422)
    await desk.api('PATCH', path, { agents: [] })
    await desk.api('PATCH', `/api/agents/${ids[olga.email]}`, { notify: 'all' })
  })

  test('is nobody about a letter that waits or came back', async () => {
    const eva = proveless.people[0]!
    expect((await desk.hearsFrom(proveless, eva, {})).mail).toMatchObject({ disposition: 'held' })
    await desk.hearsFrom(acme, jana, { headers: { 'Auto-Submitted': 'auto-replied' } })
    expect(recipients(desk)).toEqual([eva.email])
  })

  test('an agent who left hears nothing, and writes like anybody', async () => {
    const { ticket, client, agent } = await openedTicket(desk)
    await desk.api('PATCH', `/api/agents/${ids[karel.email]}`, { disabled: true })
    await desk.hearsFrom(acme, jana, { to: client.replyTo!.text })
    expect(recipients(desk)).toEqual([olga.email])
    const { code } = await answer(desk, agent, { text: 'Still here.' })
    expect(code).toBe(550)
    // Their token leads nobody anywhere any more.
    const { mail } = await desk.hearsFrom(initech, olga, { to: agent.replyTo!.text, text: 'Forwarded to me.' })
    expect(mail!.ticket_number).not.toBe(ticket)
    await desk.api('PATCH', `/api/agents/${ids[karel.email]}`, { disabled: false })
  })

  test('in a large desk that lists nobody, administrators', async () => {
    const crowd = Array.from({ length: 10 }, (_, at) => person(`Agent ${at}`, `agent${at}@initech.it`))
    for (const one of crowd) await desk.api('POST', '/api/agents', staff(one))
    const boss = person('Boss', 'boss@initech.it')
    await desk.api('POST', '/api/agents', { ...staff(boss), role: 'admin' })
    await desk.hearsFrom(acme, jana, {})
    expect(recipients(desk).sort()).toEqual([boss.email, jana.email].sort())
  })
})

test('the last administrator stays', async () => {
  const desk = await openDesk()
  try {
    const { items } = await desk.api('GET', '/api/agents')
    expect(items).toMatchObject([{ email: 'admin@localhost', notify: 'none' }])
    const path = `/api/agents/${items[0].id}`
    await desk.api('PATCH', path, { disabled: true }, 409)
    await desk.api('PATCH', path, { role: 'agent' }, 409)
    await desk.api('PATCH', path, { email: support }, 409)
    expect(await desk.api('PATCH', path, { email: 'eva@desk.test', notify: 'all' })).toMatchObject({ notify: 'all' })
    await desk.api('PATCH', '/api/agents/me', { notify: 'none' }, 409)
  } finally {
    await desk.close()
  }
})

/** A ticket of Jana's, what she and Karel were told about it, and nothing in the post. */
async function openedTicket(desk: Desk) {
  const { mail } = await desk.hearsFrom(acme, jana, { subject: 'Broken', text: 'It is broken.' })
  const [client] = await parsed(desk, jana.email)
  const [agent] = await parsed(desk, karel.email)
  desk.post.clear()
  return { ticket: mail!.ticket_number!, client: client!, agent: agent! }
}

/** Karel answers what he was told. */
function answer(desk: Desk, told: Awaited<ReturnType<typeof parsed>>[0], draft: Partial<Parameters<typeof letter>[0]>) {
  return desk.hearsFrom(initech, karel, { to: told.replyTo!.text, inReplyTo: told.messageId!, ...draft })
}

function parsed(desk: Desk, email: string) {
  return Promise.all(sentTo(desk, email).map((sent) => sent.parsed))
}

/** The address alone, as on an envelope. */
function bare(written: string): string {
  return /<([^>]+)>/.exec(written)?.[1] ?? written
}

function quoted(text: string): string {
  return text.replace(/^/gm, '> ')
}

function person(name: string, email: string) {
  return { name, email, as: `${name} <${email}>` }
}

function staff({ name, email }: { name: string; email: string }) {
  return { name, email, password: 'long enough a password' }
}

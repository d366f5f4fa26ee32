/** What the requester hears when their ticket moves (rules §6, "status changed" and "solved"). */
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { newestTo, openCase } from '../case.ts'
import { companies, type Desk, openDesk, recipients, sentTo, transports } from '../scenario.ts'

const { acme, globex } = companies
const [jana, petr] = acme.people as [(typeof acme.people)[0], (typeof acme.people)[0]]
const [zuzana] = globex.people as [(typeof globex.people)[0]]

describe.each(transports)('a ticket that moves, over %s', (transport) => {
  let desk: Desk
  beforeAll(async () => {
    desk = await openDesk({ transport, env: { TIME_ZONE: 'Europe/Prague' } })
  })
  afterAll(() => desk?.close())
  beforeEach(() => desk.post.clear())

  test('waiting, its requester hears what is expected of them, and that nothing is any more once it goes on', async () => {
    const { at } = await opened(desk, petr.as)
    await desk.api('PATCH', at, { status: 'waiting' })
    expect(recipients(desk)).toEqual([jana.email])
    expect(await newest(desk)).toContain('bez Vaší odpovědi nemůžeme pokračovat')
    await desk.api('PATCH', at, { status: 'in_progress' })
    expect(await newest(desk)).toContain('Pracujeme na něm. Teď od Vás nic nepotřebujeme.')
  })

  test('scheduled, they hear the date in their language and our time zone, and another one when it changes', async () => {
    const { at } = await opened(desk)
    const plan = (day: string) => desk.api('PATCH', at, { status: 'scheduled', scheduled_for: day })
    await plan('2031-01-02T11:30:00Z')
    expect(await newest(desk)).toContain('Pokračovat v něm budeme 2. ledna 2031 v 12:30 SEČ.')
    await plan('2031-07-02T11:30:00Z')
    expect(await newest(desk)).toContain('2. července 2031 v 13:30 SELČ.')
    await plan('2031-07-02T11:30:00Z')
    expect(recipients(desk)).toHaveLength(2)
  })

  test('of a letter without a subject, it is called so in the language of each reader', async () => {
    const staff = { name: 'Acme Servis s.r.o.', email: 'servis@initech.it', language: 'de', notify: 'mine' }
    await desk.api('POST', '/api/agents', staff)
    const { at, page } = await opened(desk, petr.as, '')
    await desk.api('PATCH', at, { assignee: staff.email, status: 'in_progress' })
    const [number] = /P-\d+/.exec(at)!
    const [client, agent] = [await newestTo(desk, jana.email), await newestTo(desk, staff.email)]
    expect(client.subject).toBe(`[${number}] (bez předmětu)`)
    expect(client.text).toContain('> (bez předmětu)')
    expect(client.text).toMatch(/Servis s\.r\.o\.(?!\.)/)
    expect(client.text).not.toContain('s.r.o..')
    expect(agent.subject).toBe(`[${number}] (ohne Betreff)`)
    expect(await (await desk.http(page)).text()).toContain(`${number} (bez předmětu)`)
    const late = await desk.hearsFrom(acme, jana, { to: client.replyTo!.text, subject: `Re: ${client.subject}` })
    expect(late.mail!.ticket_number).toBe(number)
  })

  test('back in the queue on its date, they hear of it once', async () => {
    const { at } = await opened(desk)
    const soon = new Date(Date.now() + 3_600_000).toISOString()
    await desk.api('PATCH', at, { status: 'scheduled', scheduled_for: soon })
    await desk.later('61 minutes')
    await expect.poll(async () => (await desk.api('GET', at)).status, { timeout: 15_000 }).toBe('queued')
    await desk.settled()
    expect(recipients(desk)).toHaveLength(2)
    expect(await newest(desk)).toContain('Je znovu v naší frontě')
  })

  test('solved, they hear how to reopen it and until when: for as long as its mailbox says', async () => {
    const { at } = await opened(desk)
    const { solved_at } = await desk.api('PATCH', at, { status: 'solved' })
    const until = inPrague(new Date(Date.parse(solved_at) + 14 * 24 * 3_600_000))
    expect(await newest(desk)).toContain(`a to do ${until}: požadavek se znovu otevře`)
    const { replyTo } = await sentTo(desk, jana.email)[0]!.parsed
    desk.post.clear()
    await desk.hearsFrom(acme, jana, { to: replyTo!.text, text: 'It is not.' })
    expect(await desk.api('GET', at)).toMatchObject({ status: 'queued' })
    expect(recipients(desk)).toEqual([])
  })

  test('solved by a reply, the reply says it all; closed by time or by staff, nothing is said', async () => {
    const { at } = await opened(desk, petr.as)
    await desk.api('POST', `${at}/replies`, { text: 'Replaced.', status: 'solved' })
    expect(recipients(desk).sort()).toEqual([jana.email, petr.email])
    const { solved_at } = await desk.api('GET', at)
    const until = inPrague(new Date(Date.parse(solved_at) + 14 * 24 * 3_600_000))
    expect(await newest(desk)).toContain(`je vyřešen. Pokud ne, odpovězte do ${until} a budeme v řešení pokračovat`)
    desk.post.clear()
    await desk.api('PATCH', at, { status: 'closed' })
    expect(recipients(desk)).toEqual([])
    await desk.api('PATCH', at, { status: 'queued' })
    expect(await newest(desk)).toContain('Je znovu v naší frontě')
  })

  test('scheduled by a reply, the reply says the date', async () => {
    const { at } = await opened(desk)
    const status = { status: 'scheduled', scheduled_for: '2031-01-02T11:30:00Z' }
    await desk.api('POST', `${at}/replies`, { text: 'In January.', ...status })
    expect(recipients(desk)).toEqual([jana.email])
    expect(await newest(desk)).toContain('pokračovat v něm budeme 2. ledna 2031 v 12:30 SEČ')
  })

  test('between our queue and our hands, or by its own client, they hear nothing', async () => {
    const { at, replyTo } = await opened(desk)
    await desk.api('PATCH', at, { status: 'in_progress' })
    await desk.api('PATCH', at, { status: 'queued', priority: 'high' })
    await desk.api('PATCH', at, { status: 'waiting' })
    desk.post.clear()
    await desk.hearsFrom(acme, jana, { to: replyTo, text: 'Here you are.' })
    await desk.api('PATCH', at, { status: 'queued' })
    expect(recipients(desk)).toEqual([])
  })

  test('merged, deleted or spam, they hear nothing', async () => {
    const [source, target, deleted, spam] = [
      await opened(desk),
      await opened(desk),
      await opened(desk),
      await opened(desk),
    ]
    await desk.api('POST', `${source.at}/merge`, { into: target.at.split('/').at(-1) })
    await desk.api('DELETE', deleted.at)
    await desk.api('POST', `${spam.at}/spam`)
    expect(recipients(desk)).toEqual([])
  })

  test('each is in the thread of the ticket, in the language of whoever reads it, as text and as HTML', async () => {
    const { mail } = await desk.hearsFrom(globex, zuzana, { subject: 'Nejde VPN' })
    const at = `/api/tickets/${mail!.ticket_number}`
    await desk.api('PATCH', at, { status: 'waiting' })
    await desk.api('PATCH', at, { status: 'solved' })
    const [, waiting, solved] = await Promise.all(sentTo(desk, zuzana.email).map(({ parsed }) => parsed))
    expect(waiting!.text).toContain('bez Vašej odpovede nemôžeme pokračovať')
    expect(solved!.text).toContain('Ak vyriešená nie je')
    for (const { inReplyTo, subject, html, headers } of [waiting!, solved!]) {
      expect(inReplyTo).toBe(`<${mail!.message_id}>`)
      expect(subject).toContain(mail!.ticket_number)
      expect(html).toContain('<html lang="sk">')
      expect(headers.get('auto-submitted')).toBe('auto-generated')
    }
  })
})

test.each(transports)(
  'two workers tell everything once, also what is delivered to them again, over %s',
  async (transport) => {
    const desk = await openDesk({ transport })
    try {
      await desk.colleague()
      const tickets = await Promise.all(Array.from({ length: 5 }, () => openCase(desk)))
      desk.post.clear()
      const soon = new Date(Date.now() + 3_600_000).toISOString()
      for (const { number } of tickets) {
        await desk.api('PATCH', `/api/tickets/${number}`, { status: 'scheduled', scheduled_for: soon })
      }
      await desk.later('61 minutes')
      for (const { number } of tickets) {
        const status = async () => (await desk.api('GET', `/api/tickets/${number}`)).status
        await expect.poll(status, { timeout: 15_000 }).toBe('queued')
      }
      await desk.settled()
      expect(recipients(desk)).toHaveLength(10)
      expect(await deliverAgain(desk)).toBe(10)
      await desk.settled()
      expect(recipients(desk)).toHaveLength(10)
    } finally {
      await desk.close()
    }
  },
)

/** As a broker may, or whoever puts events back. @returns how many */
async function deliverAgain(desk: Desk): Promise<number> {
  const database = new pg.Client({ connectionString: desk.podatelna.databaseUrl })
  await database.connect()
  try {
    const { rowCount } = await database.query(`
      INSERT INTO outbox (id, name, payload, sweep_at)
      SELECT cause, 'ticket.moved.v1', jsonb_build_object('ticket_id', ticket_id, 'status', 'queued', 'agent_id', NULL), now()
      FROM deliveries WHERE kind = 'status_changed'`)
    return rowCount ?? 0
  } finally {
    await database.end()
  }
}

/** A ticket whose first notice is read and done with. */
async function opened(
  desk: Desk,
  cc?: string,
  subject?: string,
): Promise<{ at: string; replyTo: string; page: string }> {
  const { number, replyTo, page } = await openCase(desk, {
    ...(cc && { cc }),
    ...(subject !== undefined && { subject }),
  })
  desk.post.clear()
  return { at: `/api/tickets/${number}`, replyTo, page }
}

/** The text of the newest letter to Jana, its lines joined. */
async function newest(desk: Desk): Promise<string> {
  return (await newestTo(desk, jana.email)).text!.replace(/\s+/g, ' ')
}

function inPrague(time: Date): string {
  const format = { year: 'numeric', month: 'long', day: 'numeric', hour: '2-digit', minute: '2-digit' } as const
  const zone = { timeZone: 'Europe/Prague', timeZoneName: 'short' } as const
  return new Intl.DateTimeFormat('cs', { ...format, ...zone }).format(time)
}

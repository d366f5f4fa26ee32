import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { companies, type Desk, type Json, openDesk, support } from '../scenario.ts'
import { unzip } from '../world/zip.ts'

const { acme, globex } = companies
const [jana, petr] = acme.people as [(typeof acme.people)[0], (typeof acme.people)[0]]
const [zuzana] = globex.people as [(typeof globex.people)[0]]

let desk: Desk
beforeAll(async () => {
  desk = await openDesk()
})
afterAll(() => desk?.close())

describe('the data of one person, exported on request', () => {
  let files: Map<string, Buffer>
  let raw: Buffer
  let number: string
  beforeAll(async () => {
    const attachments = [{ filename: 'large.bin', content: randomBytes(300 * 1024) }]
    raw = await acme.post({ from: jana.as, to: support, cc: petr.as, subject: 'VPN', text: 'It is down.', attachments })
    const { mail } = await desk.receives(raw, { from: jana.email, to: support })
    number = mail!.ticket_number!
    await desk.api('POST', `/api/tickets/${number}/replies`, { text: 'It works again.' })
    await desk.api('POST', `/api/tickets/${number}/notes`, { text: 'Their router is old.' })
    await desk.hearsFrom(acme, petr, { subject: 'Mine', text: 'Jana must not know.' })
    await desk.hearsFrom(globex, zuzana, { text: `I know ${jana.email}.` })
    files = await exported(jana.email)
  })

  test('are their contact, their letters byte for byte, and what we sent them', () => {
    expect(read('about.json')).toMatchObject({ addresses: [jana.email], names: [jana.name], counts: { letters: 1 } })
    expect(read('contacts.json')).toMatchObject([{ name: jana.name, emails: [jana.email], organization: acme.name }])
    expect(all('letters/', '.eml')).toEqual([raw])
    expect(all('letters/', '.json').map(parse)).toMatchObject([{ subject: 'VPN', from_address: jana.email }])
    const sent = all('deliveries/', '.eml').map(String)
    expect(sent).toHaveLength(2)
    expect(sent.join()).toContain('It works again.')
    expect(read('other/contact_addresses.json')).toMatchObject([{ address: jana.email }])
  })

  test('are the tickets they take part in, with what they wrote or may see, and not what staff noted', () => {
    const tickets = all('tickets/', '.json').map(parse)
    expect(tickets).toMatchObject([{ ticket: { number, subject: 'VPN' }, participants: [{ address: jana.email }] }])
    expect(tickets[0]!.messages.map(({ text }: Json) => text.trim())).toEqual(['It is down.', 'It works again.'])
    expect(tickets[0]!.messages[0].files).toEqual(['large.bin'])
    expect(tickets[0]!.events).toEqual(expect.arrayContaining([expect.objectContaining({ type: 'opened' })]))
  })

  test('are nothing that others wrote elsewhere', () => {
    const everything = [...files.values()].join('\n')
    for (const words of ['Their router is old.', 'Jana must not know.', 'I know', zuzana.name]) {
      expect(everything).not.toContain(words)
    }
  })

  test('are told of afterwards: who had them exported, and when', async () => {
    const { items } = await desk.api('GET', '/api/people/acts')
    const by = { kind: 'agent', name: 'Administrator' }
    expect(items).toMatchObject([{ kind: 'export', address: jana.email, by, finished_at: expect.any(String) }])
  })

  const read = (name: string) => parse(files.get(name)!)
  const all = (start: string, end: string) =>
    [...files].filter(([name]) => name.startsWith(start) && name.endsWith(end)).map(([, content]) => content)
})

test('authorization links are for their reader alone, also in an export', async () => {
  const [karel] = companies.proveless.people
  await desk.hearsFrom(companies.proveless, karel!, { text: 'Held.' })
  const files = await exported(karel!.email)
  const names = [...files.keys()].map((name) => name.replace(/[\w-]{36}/, 'id')).sort()
  expect(names).toEqual(
    expect.arrayContaining([
      ...[
        'about.json',
        'contacts.json',
        'deliveries/id.eml',
        'deliveries/id.json',
        'letters/id.eml',
        'letters/id.json',
      ],
      ...['other/authorizations.json', 'other/contact_addresses.json'],
    ]),
  )
  expect([...files.values()].join('\n')).not.toContain('/authorize/')
})

test('of somebody unknown that is said, and not that there is an error', async () => {
  const files = await exported('nobody@nowhere.example')
  expect(parse(files.get('about.json')!).counts).toMatchObject({ contacts: 0, tickets: 0, letters: 0 })
})

async function exported(email: string): Promise<Map<string, Buffer>> {
  const answer = await desk.http(`/api/people/export?email=${email}`, {
    headers: { authorization: `Bearer ${desk.adminToken}` },
  })
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/zip'])
  return unzip(Buffer.from(await answer.arrayBuffer()))
}

function parse(content: Buffer): Json {
  return JSON.parse(content.toString())
}

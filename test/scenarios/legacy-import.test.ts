import { afterAll, beforeAll, expect, test } from 'vitest'
import { companies, type Desk, type Json, openDesk, sentTo } from '../scenario.ts'

const { acme, globex } = companies
const [jana, petr] = acme.people as [(typeof acme.people)[0], (typeof acme.people)[0]]
const [zuzana] = globex.people as [(typeof globex.people)[0]]

let desk: Desk
let systemId: string
let acmeId: string
beforeAll(async () => {
  desk = await openDesk()
  const patterns = [{ field: 'subject', pattern: String.raw`\[Old#(\w+)\]` }]
  systemId = (await desk.api('POST', '/api/legacy-systems', { name: 'OTRS', patterns })).id
  const { items } = await desk.api('GET', '/api/organizations?limit=100')
  acmeId = items.find(({ name }: Json) => name === acme.name).id
})
afterAll(() => desk?.close())

test('old numbers are imported with a report of each line, by name or id of the organization', async () => {
  const lines = [
    'Number;Organization;Town',
    `1001;${acme.name};Brno`,
    `1002;${acmeId.toUpperCase()};`,
    `1003;${globex.name.toUpperCase()};`,
    '1004;Nobody Ltd.;',
    ';Acme s.r.o.;',
    '1005;;',
    '1006;Acme',
    `1001;${acme.name};again`,
    `1003;${acme.name};again`,
    `"10\n07";${acme.name};`,
  ]
  const report = await imported(lines.join('\r\n'))
  expect(report).toEqual({
    ...{ created: 3, updated: 0, unchanged: 1, failed: 6, ignored_columns: ['town'] },
    lines: [
      { line: 2, number: '1001', outcome: 'created', detail: '' },
      { line: 3, number: '1002', outcome: 'created', detail: '' },
      { line: 4, number: '1003', outcome: 'created', detail: '' },
      { line: 5, number: '1004', outcome: 'failed', detail: 'There is no organization Nobody Ltd..' },
      { line: 6, number: '', outcome: 'failed', detail: 'number may not be empty.' },
      { line: 7, number: '1005', outcome: 'failed', detail: 'organization may not be empty.' },
      { line: 8, number: '', outcome: 'failed', detail: 'This line has more or fewer columns than the first line.' },
      { line: 9, number: '1001', outcome: 'unchanged', detail: 'As in line 2.' },
      { line: 10, number: '1003', outcome: 'failed', detail: "Line 4 says that it is another organization's." },
      {
        ...{ line: 12, number: '10\n07', outcome: 'failed' },
        detail: 'number may not hold line breaks or control characters.',
      },
    ],
  })
})

test('a second import updates, and says whose a number was before', async () => {
  const csv = (owner: string) => `number,organization\n2001,${acme.name}\n2002,${owner}`
  await imported(csv(acme.name))
  expect((await imported(csv(globex.name))).lines).toEqual([
    { line: 2, number: '2001', outcome: 'unchanged', detail: '' },
    { line: 3, number: '2002', outcome: 'updated', detail: `It was a ticket of ${acme.name} before.` },
  ])
})

test('a file that is no such list, and a system that is not there, are refused in words', async () => {
  const path = `/api/legacy-systems/${systemId}/tickets/import`
  expect((await desk.api('POST', path, { csv: 'number,customer\n1,x' }, 422)).detail).toBe(
    'The first line must name the columns number, organization; there is no organization.',
  )
  expect((await desk.api('POST', path, { csv: 'number,organization\n"1,x' }, 422)).detail).toContain('not a CSV file')
  const nobody = path.replace(systemId, '0192f0c1-7c5a-7d7e-8a55-000000000001')
  await desk.api('POST', nobody, { csv: 'number,organization' }, 404)
})

test('two organizations of one name are told apart by their ids', async () => {
  const [one] = await Promise.all([1, 2].map(() => desk.api('POST', '/api/organizations', { name: 'Twins' })))
  const { lines } = await imported(`number,organization\n3001,Twins\n3002,${one!.id}`)
  expect(lines).toMatchObject([
    { outcome: 'failed', detail: 'There are two organizations named Twins: write the id of one.' },
    { outcome: 'created' },
  ])
})

test('a hundred thousand lines take seconds', async () => {
  const owners = [acme.name, globex.name, acmeId]
  const lines = Array.from({ length: 100_000 }, (_, i) => `BIG${i},${owners[i % 3]}`)
  const before = performance.now()
  const report = await imported(['number,organization', ...lines].join('\n'))
  expect(report).toMatchObject({ created: 100_000, failed: 0 })
  expect(report.lines).toHaveLength(100_000)
  expect(performance.now() - before).toBeLessThan(30_000)
}, 60_000)

test('a legacy reply of the organization that an imported number belongs to takes it over, and is found by it', async () => {
  await imported(`number,organization\n4001,${acme.name}`)
  const { mail } = await desk.hearsFrom(acme, jana, { subject: 'Re: [Old#4001] Printer' })
  const ticket = await desk.api('GET', `/api/tickets/${mail!.ticket_number}`)
  expect(ticket.links).toEqual([{ kind: 'legacy', number: '4001' }])
  expect(named(ticket)).toMatchObject([
    { system: 'OTRS', number: '4001', organization: acme.name, taken_over: true, by: { kind: 'system' } },
  ])
  const { items } = await desk.api('GET', '/api/tickets?q=4001')
  expect(items.map(({ number }: Json) => number)).toEqual([mail!.ticket_number])
  const again = await desk.hearsFrom(acme, petr, { subject: 'Re: [Old#4001] Printer' })
  expect(again.mail!.ticket_number).toBe(mail!.ticket_number)
})

test('the number of another organization joins, takes over and tells nothing; staff see whose it is', async () => {
  await imported(`number,organization\n5001,${acme.name}`)
  const own = await desk.hearsFrom(acme, jana, { subject: '[Old#5001] VPN' })
  const told = []
  for (const subject of ['[Old#5001] VPN', '[Old#5999] VPN']) {
    desk.post.clear()
    const { mail, code, text } = await desk.hearsFrom(globex, zuzana, { subject })
    expect(mail!.ticket_number).not.toBe(own.mail!.ticket_number)
    const notice = await sentTo(desk, zuzana.email)[0]!.parsed
    const differing = new RegExp(`/t/[a-z2-7]+|${mail!.ticket_number}|5001|5999|${mail!.id}`, 'g')
    told.push([code, text, notice.subject, notice.text].map((said) => String(said).replace(differing, '…')))
    const ticket = await desk.api('GET', `/api/tickets/${mail!.ticket_number}`)
    expect(ticket.organization.name).toBe(globex.name)
    if (subject.includes('5999')) continue
    expect(ticket.links).toEqual([])
    expect(named(ticket)).toMatchObject([{ number: '5001', organization: acme.name, taken_over: false }])
  }
  expect(told[0]).toEqual(told[1])
})

test('an imported number admits nobody, and makes no stranger one of the organization', async () => {
  await imported(`number,organization\n6001,${acme.name}`)
  const stranger = { name: 'Ida', email: 'ida@globex.sk', as: 'Ida <ida@globex.sk>' }
  const refused = await desk.hearsFrom(globex, stranger, { subject: '[Old#6001] Mine' })
  expect(refused.code).toBe(550)
  await desk.api('POST', '/api/mailboxes', { address: 'open@desk.test', policy: 'open', language: 'en' })
  const { mail } = await desk.hearsFrom(globex, stranger, { to: 'open@desk.test', subject: '[Old#6001] Mine' })
  const ticket = await desk.api('GET', `/api/tickets/${mail!.ticket_number}`)
  expect(ticket).toMatchObject({ organization: null, links: [] })
  expect(named(ticket)).toMatchObject([{ organization: acme.name, taken_over: false }])
})

test("what an agent writes about an imported number is filed as its organization's", async () => {
  await imported(`number,organization\n7001,${acme.name}`)
  const agent = { name: 'Alena', email: 'alena@globex.sk', as: 'Alena <alena@globex.sk>' }
  await desk.api('POST', '/api/agents', { name: agent.name, email: agent.email })
  const { mail } = await desk.hearsFrom(globex, agent, { subject: 'Fwd: [Old#7001] Server' })
  expect(await desk.api('GET', `/api/tickets/${mail!.ticket_number}`)).toMatchObject({
    organization: { name: acme.name },
    links: [{ kind: 'legacy', number: '7001' }],
  })
})

function imported(csv: string): Promise<Json> {
  return desk
    .http(`/api/legacy-systems/${systemId}/tickets/import`, {
      method: 'POST',
      headers: { authorization: `Bearer ${desk.adminToken}`, 'content-type': 'text/csv' },
      body: csv,
    })
    .then((response) => response.json() as Promise<Json>)
}

function named({ events }: Json): Json[] {
  return events.filter(({ type }: Json) => type === 'legacy_ticket_named')
}

import { expireLetters } from '@podatelna/admission'
import { passTime } from '@podatelna/ticketing'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { companies, type Desk, openDesk } from '../scenario.ts'

const { acme } = companies
const [jana] = acme.people as [(typeof acme.people)[0]]

let desk: Desk
beforeAll(async () => {
  desk = await openDesk()
})
afterAll(() => desk?.close())

test('a ticket deleted thirty days ago is erased with its letters and all that was sent; the trace that they came stays', async () => {
  const secret = 'Rodné číslo 000000/0000'
  const attachments = [{ filename: 'secret.txt', content: secret }]
  const { mail } = await desk.hearsFrom(acme, jana, { subject: secret, text: secret, attachments })
  const kept = (await desk.hearsFrom(acme, jana, { subject: 'Kept', text: 'Kept' })).mail!.ticket_number!
  await desk.api('DELETE', `/api/tickets/${mail!.ticket_number}`)

  await after(29)
  expect((await desk.api('GET', `/api/tickets/${mail!.ticket_number}`)).subject).toBe(secret)
  await after(31)
  await desk.api('GET', `/api/tickets/${mail!.ticket_number}`, undefined, 404)
  expect((await desk.api('GET', `/api/tickets/${kept}`)).messages).toHaveLength(1)
  const trace = await desk.api('GET', `/api/mail/${mail!.id}`)
  expect(trace).toMatchObject({ disposition: 'admitted', from: expect.anything() })
  expect(JSON.stringify(trace)).not.toContain('Rodné')
  await desk.api('GET', `/api/mail/${mail!.id}/raw`, undefined, 410)
  expect(await everythingStored()).not.toContain(Buffer.from(secret).toString('hex'))
})

async function after(days: number): Promise<void> {
  const { store } = desk.podatelna.app
  const now = new Date(Date.now() + days * 24 * 3_600_000)
  await passTime(store, now)
  await expireLetters(store, now)
}

/** All rows of what a letter and its ticket are written into, in hexadecimal. */
async function everythingStored(): Promise<string> {
  const client = new pg.Client({ connectionString: desk.podatelna.databaseUrl })
  await client.connect()
  const tables = [
    'inbound_mail',
    'mail_events',
    'tickets',
    'messages',
    'ticket_events',
    'deliveries',
    'participants',
    'attachments',
  ]
  const all = tables.map((table) => `SELECT encode(convert_to(t::text, 'UTF8'), 'hex') AS row FROM ${table} t`)
  const { rows } = await client.query(all.join(' UNION ALL '))
  await client.end()
  return rows.map(({ row }) => row).join('\n')
}

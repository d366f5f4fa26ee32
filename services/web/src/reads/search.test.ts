import { migrate, openStore, Prisma, type Store } from '@podatelna/store'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { newestTickets } from './search.ts'

/** A ticket a day for three years, which is more than is looked at in one go. Some words are common, some rare, in several places. */
const days = 1_100
const mailbox = '00000000-0000-7000-8000-000000000001'

let server: Store
let store: Store
const name = `search_${process.pid}`
beforeAll(async () => {
  const url = new URL(inject('databaseUrl'))
  server = openStore({ databaseUrl: url.href, letterFolder: '' })
  await server.prisma.$executeRawUnsafe(`CREATE DATABASE ${name}`)
  url.pathname = name
  await migrate(url.href)
  store = openStore({ databaseUrl: url.href, letterFolder: '' })
  await store.query(
    Prisma.sql`INSERT INTO mailboxes (id, address, name) VALUES (${mailbox}::uuid, 'support@desk.test', 'Support')`,
  )
  await store.query(Prisma.sql`
    INSERT INTO tickets (id, number, subject, mailbox_id, created_at)
    SELECT (left(lpad(to_hex(ms), 12, '0'), 8) || '-' || right(lpad(to_hex(ms), 12, '0'), 4) || '-7000-8000-000000000000')::uuid,
      n, CASE n % 7 WHEN 0 THEN 'Tiskárna' ELSE 'Telefon' END || CASE n % 200 WHEN 0 THEN ' a faktura' ELSE '' END, ${mailbox}::uuid, to_timestamp(ms / 1000)
    FROM generate_series(1, ${days}::int) AS n, LATERAL (SELECT 1700000000000 + n::bigint * 86400000 AS ms) AS moment`)
  await store.query(Prisma.sql`
    INSERT INTO messages (id, ticket_id, kind, audience, author, subject, text, created_at)
    SELECT gen_random_uuid(), id, 'inbound', 'client', '{"kind": "contact", "name": "Jana"}', '', 'Nejde tiskárna.', created_at
    FROM tickets WHERE number % 5 = 0`)
  await store.query(Prisma.sql`INSERT INTO contents (sha256, bytes) VALUES ('\\x00', 1)`)
  await store.query(Prisma.sql`
    INSERT INTO attachments (id, message_id, position, sha256, filename, type, bytes, inline, source)
    SELECT gen_random_uuid(), m.id, 0, '\\x00', 'faktura.pdf', 'application/pdf', 1, false, 'part'
    FROM messages m JOIN tickets t ON t.id = m.ticket_id WHERE t.number % 90 = 0`)
})
afterAll(async () => {
  await store?.close()
  await server.prisma.$executeRawUnsafe(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
  await server.close()
})

test.each<[string, (n: bigint) => boolean]>([
  ['tiskarna', (n) => n % 7n === 0n || n % 5n === 0n],
  ['telefon', (n) => n % 7n !== 0n],
  ['faktura', (n) => n % 200n === 0n || n % 90n === 0n],
  ['nowhere', () => false],
])('a search for %s that has no time goes on where it stopped, and finds every ticket once', async (word, fits) => {
  const found: bigint[] = []
  let where = Prisma.sql`true`
  for (let pages = 0; ; pages++) {
    expect(pages).toBeLessThan(100)
    const page = await newestTickets(store, { where, searches: [word], count: 20, patienceMs: 0 })
    const [numbers, last] = await shown(page.found, 20)
    found.push(...numbers)
    const next = numbers.length === 20 ? last : page.until
    if (!next) break
    where = Prisma.sql`(t.created_at, t.id) < (${next.createdAt}::timestamptz, ${next.id}::uuid)`
  }
  const all = Array.from({ length: days }, (_, i) => BigInt(days - i))
  expect(found).toEqual(all.filter(fits))
})

test('whoever names a ticket is shown it on the first page, though a search had no time to get there', async () => {
  const { found, until } = await newestTickets(store, {
    where: Prisma.sql`true`,
    searches: ['P-3'],
    count: 20,
    patienceMs: 0,
  })
  expect((await shown(found, 20))[0]).toContain(3n)
  expect(until).toBeUndefined()
})

/** As the list shows them: the newest of what was found. */
async function shown(found: { id: string }[], count: number) {
  const id = { in: found.map((one) => one.id) }
  const rows = await store.prisma.ticket.findMany({
    where: { id },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: count,
  })
  return [rows.map(({ number }) => number), rows.at(-1)] as const
}

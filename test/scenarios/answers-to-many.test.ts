/** Large answers to many: everybody has theirs once, and it takes neither much memory nor long. */
import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { companies, type Desk, openDesk } from '../scenario.ts'

const { acme } = companies
const [jana] = acme.people as [(typeof acme.people)[0]]
const MiB = 1024 * 1024

let desk: Desk
let taking: NodeJS.Timeout | undefined
beforeAll(async () => {
  desk = await openDesk()
})
afterAll(() => {
  clearInterval(taking)
  return desk?.close()
})

test('an answer of 200,000 characters to 500 people: each has it once, whole, and never are all of them in memory', {
  timeout: 300_000,
}, async () => {
  const number = await ticketWith(499)
  const text = `${'Příliš žluťoučký kůň úpěl ďábelské ódy. '.repeat(4_990)}Konec.`
  const memory = watchMemory()
  const began = performance.now()
  const letters = takeAway()
  const { status } = await answer(number, text)
  expect(status).toBe(201)
  await expect.poll(() => letters.length, { timeout: 240_000, interval: 200 }).toBeGreaterThanOrEqual(500)
  await desk.settled()
  const seconds = Math.round((performance.now() - began) / 1000)
  const most = memory.end()
  expect(letters).toHaveLength(500)
  expect(new Set(letters.map(({ to }) => to)).size).toBe(500)
  expect(new Set(letters.map(({ messageId }) => messageId)).size).toBe(500)
  expect(letters.filter(({ bytes }) => bytes < 500_000)).toEqual([])
  process.stdout.write(`An answer of 200,000 characters to 500: ${seconds} s, at most ${most} MiB more\n`)
  expect(most).toBeLessThan(300)
})

test('one that fails in the middle goes on with those who have it not yet: nobody has it twice', {
  timeout: 120_000,
}, async () => {
  const number = await ticketWith(199)
  await sql(`
    CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no''; END';
    CREATE TRIGGER fail BEFORE INSERT ON deliveries FOR EACH ROW WHEN (NEW.to_address = 'person150@client.test') EXECUTE FUNCTION fail()`)
  const letters = takeAway()
  expect((await answer(number, 'Slovo a slovo. '.repeat(4_000))).status).toBe(201)
  await expect.poll(() => letters.length, { timeout: 30_000 }).toBeGreaterThan(20)
  await sql('DROP FUNCTION fail CASCADE')
  await expect.poll(() => letters.length, { timeout: 60_000 }).toBeGreaterThanOrEqual(200)
  await desk.settled()
  expect(letters).toHaveLength(200)
  expect(new Set(letters.map(({ to }) => to)).size).toBe(200)
})

test('25 MB of attachments to 500 people: each has the answer once, with a link to every file', {
  timeout: 120_000,
}, async () => {
  const number = await ticketWith(499)
  const attachments: string[] = []
  for (let n = 1; n <= 5; n++) attachments.push(await upload(`part${n}.bin`, randomBytes(5_000_000)))
  const memory = watchMemory()
  const letters = takeAway()
  expect((await answer(number, 'Five parts.', attachments)).status).toBe(201)
  await expect.poll(() => letters.length, { timeout: 90_000 }).toBeGreaterThanOrEqual(500)
  await desk.settled()
  const most = memory.end()
  expect(letters).toHaveLength(500)
  expect(new Set(letters.map(({ to }) => to)).size).toBe(500)
  expect(letters.filter(({ links }) => links !== 5)).toEqual([])
  expect(most).toBeLessThan(300)
})

async function sql(statements: string): Promise<void> {
  const database = new pg.Client({ connectionString: desk.podatelna.databaseUrl })
  await database.connect()
  await database.query(statements)
  await database.end()
}

async function upload(name: string, content: Buffer): Promise<string> {
  const headers = { authorization: `Bearer ${desk.adminToken}`, 'content-type': 'application/octet-stream' }
  const body = new Uint8Array(content)
  const uploaded = await desk.http(`/api/uploads?filename=${name}`, { method: 'POST', headers, body })
  return ((await uploaded.json()) as { id: string }).id
}

function answer(number: string, text: string, attachments: string[] = []): Promise<Response> {
  const headers = { authorization: `Bearer ${desk.adminToken}`, 'content-type': 'application/json' }
  return desk.http(`/api/tickets/${number}/replies`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ text, attachments }),
  })
}

/** Letters as they come; the sink does not keep them. */
function takeAway() {
  const came: { to: string; messageId: string; bytes: number; links: number }[] = []
  clearInterval(taking)
  taking = setInterval(() => {
    for (const { to, raw } of desk.post.letters.splice(0)) {
      const messageId = /^message-id:\s*(\S+)/im.exec(raw.subarray(0, 8_192).toString('latin1'))![1]!
      const links = new Set(
        raw
          .subarray(0, 65_536)
          .toString('latin1')
          .replaceAll('=\r\n', '')
          .match(/\/files\/[0-9a-f-]+/g),
      ).size
      came.push({ to: to.join(), messageId, bytes: raw.length, links })
    }
  }, 20)
  return came
}

/** What buffers and objects take beyond what they took before, at most, in MiB. */
function watchMemory() {
  const now = () => {
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    return heapUsed + arrayBuffers
  }
  const [before, most] = [now(), { bytes: 0 }]
  const looking = setInterval(() => {
    most.bytes = Math.max(most.bytes, now() - before)
  }, 20)
  return {
    end() {
      clearInterval(looking)
      return Math.round(most.bytes / MiB)
    },
  }
}

/** Somebody's ticket with so many people in copy. */
async function ticketWith(people: number): Promise<string> {
  const { mail } = await desk.hearsFrom(acme, jana, { subject: 'For many' })
  await desk.podatelna.app.store.prisma.$executeRaw`
    INSERT INTO participants (id, ticket_id, address, name, role, added_by)
    SELECT gen_random_uuid(), t.id, 'person' || n || '@client.test', 'Person ' || n, 'cc', '{"name": "Agent"}'
    FROM tickets t, generate_series(1, ${people}) n WHERE t.number = ${BigInt(mail!.ticket_number!.slice(2))}`
  desk.post.clear()
  return mail!.ticket_number!
}

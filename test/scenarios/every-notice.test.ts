/** Every kind of notice in every language, provoked through the doors and read as its recipient's mail program reads it. */
import { generateKeyPairSync } from 'node:crypto'
import dns from 'node:dns/promises'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { languages, NoticeKind } from '@podatelna/contracts'
import { dkimVerify } from 'mailauth/lib/dkim/verify.js'
import { type ParsedMail, simpleParser } from 'mailparser'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { heldLetter } from '../author.ts'
import { pageIn, replyToOf, submit } from '../case.ts'
import { companies, type Desk, type Json, openDesk, sentTo } from '../scenario.ts'
import { freshFolder } from '../world/folder.ts'
import { threadsOf } from '../world/threads.ts'

const { globex } = companies
/** The same in all languages, and in none of them words. */
const [subject, text, stranger] = ['Xyzzy 42', 'Plugh plover.', 'quux@elsewhere.example']

type Language = (typeof languages)[number]
type Person = { name: string; email: string; as: string }
type Team = { mailbox: string; mailboxId: string; requester: Person; copied: Person; late: Person; agent: Person }
type Told = {
  kind: NoticeKind
  language: Language
  to: string
  ticket: string | undefined
  from: string
  raw: Buffer
  parsed: ParsedMail
}

let desk: Desk
const told: Told[] = []
/** What the recipients wrote themselves, and have in their folders. */
const written: { by: string; parsed: ParsedMail }[] = []

beforeAll(async () => {
  desk = await openSigningDesk({ BUDGET_TICKET_10_MINUTES: '20' })
  const teams = new Map<Language, Team>()
  for (const language of languages) teams.set(language, await foundTeam(language))
  const cases = new Map<Language, string>()
  for (const [language, team] of teams) cases.set(language, await provokeAtOnce(language, team))
  await desk.later('10 minutes')
  for (const [language, team] of teams)
    await desk.api('PATCH', `/api/tickets/${cases.get(language)}`, { status: 'solved' }).then(() => solveAnother(team))
  await desk.later('15 days')
  for (const team of teams.values()) await answerTooLate(team)
  await readAll(teams)
}, 240_000)
afterAll(() => desk?.close())

describe.each(NoticeKind.options)('%s', (kind) => {
  test.each(languages)('arrives in %s', async (language) => {
    const letters = told.filter((one) => one.kind === kind && one.language === language)
    expect(letters.length).toBeGreaterThan(0)
    for (const letter of letters) {
      checkHeaders(letter)
      await checkBodies(letter)
      await checkSignatures(letter)
    }
  })

  test('says nothing in one language that it says in another', () => {
    const lines = new Map(languages.map((language) => [language, ownLines(kind, language)]))
    for (const language of languages) {
      for (const other of languages) {
        if (language === other) continue
        const same = [...lines.get(language)!].filter((line) => lines.get(other)!.has(line))
        expect([language, other, same]).toEqual([language, other, []])
      }
    }
  })
})

test('stands in its recipient’s mail program in one thread with all others of its ticket', async () => {
  const people = new Set(told.map(({ to }) => to))
  for (const person of people) {
    const mine = told.filter(({ to }) => to === person)
    const folder = [
      ...mine.map(({ parsed }) => parsed),
      ...written.filter(({ by }) => by === person).map(({ parsed }) => parsed),
    ]
    const threads = [...threadsOf(folder.map(threaded)).values()]
    const byTicket = Map.groupBy(
      mine.filter(({ ticket }) => ticket),
      ({ ticket }) => ticket!,
    )
    for (const [ticket, letters] of byTicket) {
      const holding = threads.filter((thread) => letters.some(({ parsed }) => thread.has(parsed.messageId!)))
      expect([person, ticket, letters.map(({ kind }) => kind), holding.length]).toEqual([
        person,
        ticket,
        letters.map(({ kind }) => kind),
        1,
      ])
    }
  }
})

async function openSigningDesk(env: Record<string, string>): Promise<Desk> {
  const folder = await freshFolder('every-notice')
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const file = join(folder, 'rsa.pem')
  await writeFile(file, privateKey.export({ type: 'pkcs8', format: 'pem' }))
  const opened = await openDesk({
    env: { ...env, DKIM_SELECTOR: 's1', DKIM_KEY_FILE: file, TIME_ZONE: 'Europe/Prague' },
  })
  const key = publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
  opened.dns.zone['s1._domainkey.desk.test'] = { TXT: [`v=DKIM1; k=rsa; p=${key}`] }
  return opened
}

/** A mailbox, an organization with people at Globex, and an agent, who all have that language. */
async function foundTeam(language: Language): Promise<Team> {
  const person = (role: string, domain = 'globex.sk'): Person => {
    const [name, email] = [`${role}${language} Frobnitz`, `${role}-${language}@${domain}`]
    return { name, email, as: `${name} <${email}>` }
  }
  const team = {
    requester: person('jan'),
    copied: person('eva'),
    late: person('ota'),
    agent: person('ada', 'initech.it'),
  }
  const organization = await desk.api('POST', '/api/organizations', { name: `Frobnitz ${language}`, language })
  for (const { name, email } of [team.requester, team.copied, team.late]) {
    await desk.api('POST', `/api/organizations/${organization.id}/contacts`, { name, emails: [email] })
  }
  const { name, email } = team.agent
  await desk.api('POST', '/api/agents', { name, email, language, notify: 'all' })
  const mailbox = `${language}@desk.test`
  const settings = { address: mailbox, name: 'Frobnitz', policy: 'contacts', language, agents: [email] }
  const { id } = await desk.api('POST', '/api/mailboxes', settings)
  return { ...team, mailbox, mailboxId: id }
}

/** Everything that needs no time to pass. @returns the number of the ticket */
async function provokeAtOnce(language: Language, { mailbox, requester, copied, late, agent }: Team): Promise<string> {
  await heldLetter(desk, { language, subject })
  const number = await writes(requester, { to: mailbox, cc: [copied.as, stranger] })
  const at = `/api/tickets/${number}`
  const page = pageIn(await newestOf(requester))
  await submit(desk, page, { act: 'copy', email: `more-${stranger}` })
  await desk.api('POST', `${at}/cc`, { email: late.email, name: late.name })
  await desk.api('PATCH', at, { assignee: agent.email })
  await desk.api('POST', `${at}/notes`, { text: `@ada${language}: ${text}` })
  await desk.api('POST', `${at}/replies`, { text, status: 'waiting' })
  await desk.api('PATCH', at, { status: 'in_progress' })
  await desk.api('POST', `${at}/participants/${requester.email}/renew-token`)
  desk.post.answer = ({ to }) => (to.includes(copied.email) ? '550 5.1.1 frobnicated' : undefined)
  await desk.api('POST', `${at}/replies`, { text })
  await desk.post.next(
    async ({ to, parsed }) => to.includes(agent.email) && ((await parsed).text ?? '').includes('frobnicated'),
  )
  desk.post.answer = () => undefined
  for (let n = 0; n < 20; n++) {
    await desk.api('POST', `${at}/replies`, { text })
    await desk.api('POST', `${at}/notes`, { text: `@ada${language}: ${text}` })
  }
  return number
}

async function solveAnother({ mailbox, late }: Team): Promise<void> {
  const number = await writes(late, { to: mailbox, subject: `${subject} 43` })
  await desk.api('PATCH', `/api/tickets/${number}`, { status: 'solved' })
}

/** Once where that opens a ticket, and once where it is answered only. */
async function answerTooLate({ mailboxId, requester, late }: Team): Promise<void> {
  await writes(requester, await answerTo(requester))
  await desk.api('PATCH', `/api/mailboxes/${mailboxId}`, { late_reply: 'notice' })
  await writes(late, await answerTo(late))
}

async function answerTo(person: Person) {
  const notice = await newestOf(person)
  const references = [[notice.references ?? []].flat(), notice.messageId!].flat()
  return { to: replyToOf(notice), subject: `Re: ${notice.subject}`, inReplyTo: notice.messageId!, references }
}

async function writes(person: Person, draft: object): Promise<string> {
  const raw = await globex.post({ from: person.as, to: 'nobody@desk.test', subject, text, ...draft })
  const parsed = await simpleParser(raw)
  const { mail } = await desk.receives(raw, { from: person.email, to: (draft as { to: string }).to })
  written.push({ by: person.email, parsed })
  return mail!.ticket_number!
}

async function newestOf({ email }: Person): Promise<ParsedMail> {
  return sentTo(desk, email).at(-1)!.parsed
}

async function readAll(teams: Map<Language, Team>): Promise<void> {
  const deliveries = new Map<string, Json>()
  for (let next: string | null = ''; next !== null; ) {
    const page: Json = await desk.api('GET', `/api/deliveries?limit=200${next && `&cursor=${next}`}`)
    for (const one of page.items) deliveries.set(`<${one.message_id}>`, one)
    next = page.next
  }
  for (const { from, to, raw, parsed } of desk.post.letters) {
    const mail = await parsed
    const { kind, ticket_number: ticket } = deliveries.get(mail.messageId!)!
    const html = String(mail.html)
    const language = languages.find((one) => html.includes(`<html lang="${one}">`))
    const team = [...teams].find(([, { requester, copied, late, agent }]) =>
      [requester, copied, late, agent].some(({ email }) => email === to[0]),
    )
    expect([kind, to[0], language]).toEqual([kind, to[0], team?.[0] ?? language])
    told.push({ kind, language: language!, to: to[0]!, ticket, from, raw, parsed: mail })
  }
}

/** Letters of people, which must not look automatic, or vacation notices would never be told from them. */
const byPeople: NoticeKind[] = ['public_reply']
/** Those that belong to no ticket, or to one that takes no more answers. */
const unanswerable: NoticeKind[] = ['letter_held', 'late_reply_notice']

function checkHeaders({ kind, language, from, to, parsed, raw }: Told): void {
  const { headers } = parsed
  expect(parsed.to).toMatchObject({ value: [{ address: to }] })
  expect(parsed.from?.value[0]?.address).toMatch(/^[a-z]+@desk\.test$/)
  expect(parsed.messageId).toMatch(/^<[a-z0-9.-]+@desk\.test>$/)
  expect(Math.abs(parsed.date!.getTime() - Date.now())).toBeLessThan(600_000)
  if (byPeople.includes(kind)) expect(headers.has('auto-submitted')).toBe(false)
  else expect(String(headers.get('auto-submitted'))).toMatch(/^auto-(generated|replied)$/)
  expect(headers.has('x-auto-response-suppress')).toBe(!byPeople.includes(kind))
  expect(headers.has('x-podatelna-loop')).toBe(true)
  expect(headers.get('content-language') ?? language).toBe(language)
  if (unanswerable.includes(kind)) expect(from).toBe('')
  else expect(from).toMatch(/^bounce\+[a-z2-7]+@desk\.test$/)
  if (!unanswerable.includes(kind)) {
    expect(replyToOf(parsed)).toMatch(/^[a-z]+\+[a-z2-7]+@desk\.test$/)
    expect(parsed.subject).toMatch(/^\[P-\d+\] Xyzzy 42/)
    expect(headers.has('thread-index')).toBe(true)
  }
  const head = raw.subarray(0, raw.indexOf('\r\n\r\n')).toString('latin1')
  for (const line of head.split('\r\n')) expect(line.length).toBeLessThanOrEqual(998)
  expect(/^References:((?:.|\r\n[ \t])*)/im.exec(head)?.[1]?.length ?? 0).toBeLessThan(900)
}

/** Both say the same, and neither has a trace of how it was made. */
async function checkBodies({ parsed, language }: Told): Promise<void> {
  const html = String(parsed.html)
  expect(html).toContain(`<html lang="${language}">`)
  expect(html).not.toMatch(/href=""|src=""|<script/i)
  // mailparser makes its own text of a letter that has HTML alone.
  const shown = await simpleParser(`Content-Type: text/html; charset=utf-8\r\n\r\n${html.slice(html.indexOf('<body'))}`)
  for (const body of [parsed.text!, shown.text!]) expect(body).not.toMatch(/[{}]|undefined|\bnull\b|NaN|\[object/)
  expect(wordsOf(shown.text!)).toEqual(wordsOf(parsed.text!))
}

function wordsOf(body: string): string[] {
  const words = body.replace(/https?:\S+/g, ' ').match(/[\p{L}\p{M}\d]{2,}/gu) ?? []
  return [...new Set(words)].sort()
}

async function checkSignatures({ raw }: Told): Promise<void> {
  const { results } = await dkimVerify(raw, { resolver })
  expect(results.map(({ signingDomain, status }) => [signingDomain, status.result])).toEqual([['desk.test', 'pass']])
}

function resolver(name: string, type: string) {
  const server = new dns.Resolver()
  server.setServers([desk.dns.address])
  return server.resolve(name, type) as Promise<string[]>
}

/** What we say ourselves: without what people wrote, names, numbers, links and moments. */
function ownLines(kind: NoticeKind, language: Language): Set<string> {
  const letters = told.filter((one) => one.kind === kind && one.language === language)
  const lines = letters.flatMap(({ parsed }) => parsed.text!.split('\n').filter((line) => !line.startsWith('>')))
  const without = lines.map((line) =>
    line
      .replace(
        /https?:\S+|\S+@\S+|P-\d+|\b(Xyzzy|Plugh plover|Frobnitz|frobnicated|Administrator|Support)\b|[\d:.]+/g,
        '',
      )
      .trim(),
  )
  return new Set(without.filter((line) => /\p{L}{2,}/u.test(line)))
}

function threaded(parsed: ParsedMail) {
  return { messageId: parsed.messageId!, inReplyTo: parsed.inReplyTo, references: parsed.references }
}

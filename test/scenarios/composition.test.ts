import { generateKeyPairSync } from 'node:crypto'
import dns from 'node:dns/promises'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseHeader } from '@podatelna/mail'
import { dkimVerify } from 'mailauth/lib/dkim/verify.js'
import type { ParsedMail } from 'mailparser'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { companies, type Desk, type Json, openDesk, sentTo } from '../scenario.ts'
import { freshFolder } from '../world/folder.ts'
import type { Letter } from '../world/sink.ts'

const { acme } = companies
const [jana, petr] = acme.people as [(typeof acme.people)[0], (typeof acme.people)[0]]

let desk: Desk
beforeAll(async () => {
  const folder = await freshFolder('dkim')
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const ed25519 = generateKeyPairSync('ed25519')
  const files = [join(folder, 'rsa.pem'), join(folder, 'ed25519.pem')] as const
  await writeFile(files[0], rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }))
  await writeFile(files[1], ed25519.privateKey.export({ type: 'pkcs8', format: 'pem' }))
  desk = await openDesk({ env: { DKIM_SELECTOR: 'r1,e1', DKIM_KEY_FILE: files.join(',') } })
  const [rsaKey, edKey] = [rsa, ed25519].map(({ publicKey }) => publicKey.export({ type: 'spki', format: 'der' }))
  desk.dns.zone['r1._domainkey.desk.test'] = { TXT: [`v=DKIM1; k=rsa; p=${rsaKey!.toString('base64')}`] }
  desk.dns.zone['e1._domainkey.desk.test'] = {
    TXT: [`v=DKIM1; k=ed25519; p=${edKey!.subarray(-32).toString('base64')}`],
  }
})
afterAll(() => desk?.close())
beforeEach(() => desk.post.clear())

describe('a letter of ours', () => {
  test('is signed by each key, as the receiver finds them in the DNS', async () => {
    await ticket()
    const [letter] = sentTo(desk, jana.email)
    const { results } = await dkimVerify(letter!.raw, { resolver: dnsOf(desk) })
    expect(results.map(({ signingDomain, selector, status }) => [signingDomain, selector, status.result])).toEqual([
      ['desk.test', 'r1', 'pass'],
      ['desk.test', 'e1', 'pass'],
    ])
  })

  test('names only letters that its recipient wrote or was sent', async () => {
    const { number, letter } = await ticket()
    await desk.api('POST', `/api/tickets/${number}/cc`, { email: petr.email })
    desk.post.clear()
    await desk.api('POST', `/api/tickets/${number}/replies`, { text: 'First.' })
    await desk.api('POST', `/api/tickets/${number}/replies`, { text: 'Second.' })
    const [janas, petrs] = await Promise.all([jana, petr].map(({ email }) => parsedTo(email)))
    expect(janas!.map(({ inReplyTo }) => inReplyTo)).toEqual([letter, letter])
    const [first, second] = petrs!
    const told = await desk.api('GET', `/api/deliveries?ticket=${number}`)
    const added = told.items.find(({ kind }: Json) => kind === 'cc_added')
    expect(first!.inReplyTo).toBe(`<${added.message_id}>`)
    expect(second!.references).toEqual([`<${added.message_id}>`, first!.messageId])
  })

  test('is grouped by Outlook with all others of its ticket, whoever gets it', async () => {
    const { number } = await ticket(petr.as)
    await desk.api('POST', `/api/tickets/${number}/replies`, { text: 'An answer.' })
    const indexes = desk.post.letters.map(({ raw }) => Buffer.from(fieldOf(raw, 'thread-index')!, 'base64'))
    expect(indexes).toHaveLength(4)
    expect(new Set(indexes.map((index) => index.subarray(0, 22).toString('hex'))).size).toBe(1)
    expect(new Set(indexes.map(({ length }) => length))).toEqual(new Set([27]))
    desk.post.clear()
    await ticket()
    expect(fieldOf(desk.post.letters[0]!.raw, 'thread-index')).not.toContain(
      indexes[0]!.toString('base64').slice(0, 24),
    )
  })

  test('has text that flows, and comes back as it was written', async () => {
    const { number } = await ticket()
    desk.post.clear()
    const text = `${'Prosím restartujte router. '.repeat(20).trim()}\n\n  odsazeno\nFrom Praha\nhttps://example.com/${'x'.repeat(120)}`
    await desk.api('POST', `/api/tickets/${number}/replies`, { text })
    const [letter] = sentTo(desk, jana.email)
    expect(letter!.raw.toString('latin1')).toContain('Content-Type: text/plain; charset=utf-8; format=flowed')
    expect((await letter!.parsed).text).toContain(text)
  })
})

describe('beneath an answer', () => {
  test('is quoted what was said before it, and never what is only for staff', async () => {
    const { number } = await ticket(undefined, 'Tiskárna hoří.\nUž od rána.')
    await desk.api('POST', `/api/tickets/${number}/notes`, { text: 'They always say so.' })
    await desk.api('POST', `/api/tickets/${number}/replies`, { text: 'Vypněte ji.' })
    await desk.api('POST', `/api/tickets/${number}/replies`, { text: 'Už nehoří?' })
    const [, first, second] = await parsedTo(jana.email)
    expect(first!.text).toMatch(/\nDne .* napsal\(a\) Jana Nováková:\n> Tiskárna hoří\.\n> Už od rána\.\n\n-- \n[^>]*$/)
    expect(first!.html).toMatch(/<blockquote type="cite"[^>]*>Tiskárna hoří\.<br>\nUž od rána\.<\/blockquote>/)
    expect(second!.text).toMatch(/napsal\(a\) .*:\n> Vypněte ji\.\n\n-- \n/)
    expect(`${first!.text} ${second!.text}`).not.toContain('They always')
  })

  test('what comes back is folded, and not quoted again', async () => {
    const { number } = await ticket(undefined, 'Tiskárna hoří.')
    await desk.api('POST', `/api/tickets/${number}/replies`, { text: 'Vypněte ji.' })
    const { text, replyTo, from } = (await parsedTo(jana.email)).at(-1)!
    const quoted = text!.replace(/^/gm, '> ')
    const answers = [
      `Vypnuto.\n\nDne 4. 3. 2026 v 10:00 Support <${from!.value[0]!.address}> napsal(a):\n\n${quoted}`,
      `Vypnuto.\n\n________________________________\nOd: Support <support@desk.test>\nOdesláno: středa 4. března 2026 10:00\nKomu: Jana\nPředmět: Tiskárna\n\n${text}`,
    ]
    for (const answer of answers) {
      const { mail } = await desk.hearsFrom(acme, jana, { to: replyTo!.text, text: answer })
      const { messages } = await desk.api('GET', `/api/tickets/${mail!.ticket_number}`)
      expect(messages.at(-1).visible_text.trim()).toBe('Vypnuto.')
    }
    await desk.api('POST', `/api/tickets/${number}/replies`, { text: 'Děkujeme.' })
    expect((await parsedTo(jana.email)).at(-1)!.text).toMatch(/Jana Nováková:\n> Vypnuto\.\n\n-- \n/)
  })

  test('an end customer reads only what was made visible to them', async () => {
    const { number } = await ticket(petr.as, 'Between us.')
    const { items } = await desk.api('GET', '/api/organizations')
    const { id } = items.find(({ name }: Json) => name === acme.name)
    const contacts = await desk.api('GET', `/api/organizations/${id}/contacts`)
    const petrs = contacts.items.find(({ emails }: Json) => emails.includes(petr.email))
    await desk.api('PATCH', `/api/contacts/${petrs.id}`, { role: 'end_customer' })
    try {
      await desk.api('PATCH', `/api/tickets/${number}`, { end_customer_visible: true })
      await desk.api('POST', `/api/tickets/${number}/replies`, { text: 'For both.', audience: 'end_customer' })
      expect((await parsedTo(jana.email)).at(-1)!.text).toContain('> Between us.')
      const seen = (await parsedTo(petr.email)).at(-1)!.text
      expect(seen).toContain('For both.')
      expect(seen).not.toContain('Between us.')
    } finally {
      await desk.api('PATCH', `/api/contacts/${petrs.id}`, { role: 'member' })
    }
  })
})

describe('whoever is in copy', () => {
  test('leaves the ticket by one click of their mail program, which opens nothing else', async () => {
    const { number } = await ticket(petr.as)
    const link = leaveLinkIn(sentTo(desk, petr.email)[0]!)!
    const [token] = link.match(/[a-z2-7]{26}/)!
    expect((await desk.http(`/t/${token}`)).status).toBe(404)
    const asked = await desk.http(link)
    expect([asked.status, await stateOf(number, petr.email)]).toEqual([200, 'active'])
    expect(await asked.text()).toContain('<form method="post">')
    expect((await oneClick(link, { origin: 'https://evil.example' })).status).toBe(403)
    expect((await oneClick(link)).status).toBe(200)
    expect(await stateOf(number, petr.email)).toBe('removed')
    expect((await oneClick(link)).status).toBe(200)
    desk.post.clear()
    await desk.api('POST', `/api/tickets/${number}/replies`, { text: 'To Jana only.' })
    expect(desk.post.letters.flatMap(({ to }) => to)).toEqual([jana.email])
  })

  test('is told of it in answers as well, which do not call themselves a list’s', async () => {
    const { number } = await ticket(petr.as)
    const [opened] = sentTo(desk, petr.email)
    expect(fieldOf(opened!.raw, 'list-id')).toBe(`<${number.toLowerCase()}.support.desk.test>`)
    desk.post.clear()
    await desk.api('POST', `/api/tickets/${number}/replies`, { text: 'An answer.' })
    const [answer] = sentTo(desk, petr.email)
    expect(fieldOf(answer!.raw, 'list-unsubscribe-post')).toBe('List-Unsubscribe=One-Click')
    expect(fieldOf(answer!.raw, 'list-id')).toBeUndefined()
  })

  test('the one who asked has no such link, and a forged one leads nowhere', async () => {
    await ticket(petr.as)
    expect(sentTo(desk, jana.email).map(leaveLinkIn)).toEqual([undefined])
    const link = leaveLinkIn(sentTo(desk, petr.email)[0]!)!
    const forged = link.replace(/(.)(?=\/leave)/, (last) => (last === 'q' ? 'a' : 'q'))
    expect([(await desk.http(forged)).status, (await oneClick(forged)).status]).toEqual([404, 404])
  })
})

async function ticket(cc?: string, text = 'Hello'): Promise<{ number: string; letter: string }> {
  const { mail } = await desk.hearsFrom(acme, jana, { subject: `Case ${Math.random()}`, text, ...(cc && { cc }) })
  return { number: mail!.ticket_number!, letter: `<${mail!.message_id}>` }
}

function parsedTo(email: string): Promise<ParsedMail[]> {
  return Promise.all(sentTo(desk, email).map(({ parsed }) => parsed))
}

function fieldOf(raw: Buffer, name: string): string | undefined {
  return parseHeader(raw)
    .find((field) => field.name === name)
    ?.value.trim()
}

/** As a path. */
function leaveLinkIn({ raw }: Letter): string | undefined {
  const link = /^<(.+)>$/.exec(fieldOf(raw, 'list-unsubscribe') ?? '')?.[1]
  return link && new URL(link).pathname
}

/** As RFC 8058 §3.1 has mail providers send it. */
function oneClick(link: string, headers: Record<string, string> = {}): Promise<Response> {
  const body = new FormData()
  body.set('List-Unsubscribe', 'One-Click')
  return desk.http(link, { method: 'POST', body, headers })
}

async function stateOf(number: string, email: string): Promise<string> {
  const { participants } = await desk.api('GET', `/api/tickets/${number}`)
  return participants.find((person: Json) => person.email === email).state
}

function dnsOf({ podatelna }: Desk) {
  const resolver = new dns.Resolver()
  resolver.setServers(podatelna.app.settings.DNS_SERVERS)
  return (name: string) => resolver.resolveTxt(name)
}

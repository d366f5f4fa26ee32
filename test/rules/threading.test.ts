/** Rules §2, sentence by sentence. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { closeByTime, move, newestTo, openCase, replyToOf, submit, ticketOf } from '../case.ts'
import { companies, type Desk, openDesk, recipients, support, transports } from '../scenario.ts'

const { acme, globex } = companies
const [jana, petr] = acme.people as [(typeof acme.people)[0], (typeof acme.people)[0]]
const [zuzana] = globex.people as [(typeof globex.people)[0]]

describe.each(transports)('which ticket, over %s', (transport) => {
  let desk: Desk
  beforeAll(async () => {
    desk = await openDesk({ transport })
    const patterns = [{ field: 'subject', pattern: String.raw`\[Ticket#(?<number>\d{6,})\]` }]
    await desk.api('POST', '/api/legacy-systems', { name: 'OTRS', patterns })
  })
  afterAll(() => desk?.close())

  test("First match wins: (1) token in the recipient address (`support+<token>@`), (2) token in `In-Reply-To`, (3) tokens in `References`, newest first, (4) the sender's own earlier Message-IDs in `In-Reply-To`/`References` among this organization's tickets, (5) ticket number in the subject, only when the author belongs to that ticket's organization or participants, (6) a legacy pattern.", async () => {
    const first = await openCase(desk)
    const second = await openCase(desk)
    const [older, third] = [await openCase(desk), await openCase(desk)]
    const fourth = await openCase(desk)
    const fifth = await openCase(desk)
    const sixth = await openCase(desk, { subject: 'Re: [Ticket#2019123] Printer' })
    const clues = [
      { to: first.replyTo },
      { inReplyTo: second.notice.messageId },
      { references: [older.notice.messageId, third.notice.messageId, `<${fourth.mail.message_id}>`] },
      { references: [`<${fourth.mail.message_id}>`] },
      { subject: `About ${fifth.number} [Ticket#2019123]` },
      { subject: 'Printer [Ticket#2019123]' },
    ] as Record<string, unknown>[]
    for (const [i, { number }] of [first, second, third, fourth, fifth, sixth].entries()) {
      // All clues from the i-th on; where two speak through one field, the better one.
      const draft = Object.assign({}, ...clues.slice(i).reverse())
      expect((await desk.hearsFrom(acme, jana, { text: `${i}`, ...draft })).mail!.ticket_number).toBe(number)
    }
  })

  test('the number in the subject counts for participants of any organization, and for nobody else', async () => {
    const { number } = await openCase(desk)
    const subject = `About ${number}`
    const foreign = await desk.hearsFrom(globex, zuzana, { subject })
    expect(foreign.mail!.ticket_number).not.toBe(number)
    await desk.api('POST', `/api/tickets/${number}/cc`, { email: zuzana.email })
    expect((await desk.hearsFrom(globex, zuzana, { subject, text: 'Now.' })).mail!.ticket_number).toBe(number)
  })

  test("a colleague's answer to the client's own first letter joins its ticket, by the Message-ID of that letter", async () => {
    const { number, mail } = await openCase(desk)
    const answer = { inReplyTo: `<${mail.message_id}>`, text: 'I see it, too.' }
    expect((await desk.hearsFrom(acme, petr, answer)).mail!.ticket_number).toBe(number)
    expect((await desk.hearsFrom(globex, zuzana, answer)).mail!.ticket_number).not.toBe(number)
  })

  test('a number counts on closed tickets as on live ones', async () => {
    const { number } = await openCase(desk)
    await closeByTime(desk, number)
    const subject = `About ${number}`
    const foreign = (await desk.hearsFrom(globex, zuzana, { subject })).mail!
    expect(await ticketOf(desk, foreign.ticket_number!)).toMatchObject({ links: [] })
    const late = (await desk.hearsFrom(acme, petr, { subject, text: 'Late.' })).mail!
    expect((await ticketOf(desk, late.ticket_number!)).links).toEqual([{ kind: 'follow_up_of', number }])
  })

  test('a letter that names a foreign number is answered like one that names none there is', async () => {
    const { number } = await openCase(desk)
    const answers = []
    for (const subject of [`Re ${number}`, 'Re P-999999']) {
      const { mail, code, text } = await desk.hearsFrom(globex, zuzana, { subject })
      const { subject: told, text: words } = await newestTo(desk, zuzana.email)
      const own = new RegExp(`/t/[a-z2-7]+|${mail!.ticket_number}|${number}|P-999999|${mail!.id}`, 'g')
      const masked = [text, told!, words!].map((said) => said.replace(own, '…'))
      answers.push([code, ...masked])
    }
    expect(answers[0]).toEqual(answers[1])
  })

  test('Otherwise a new ticket.', async () => {
    const known = await openCase(desk)
    const { mail } = await desk.hearsFrom(acme, jana, {
      subject: 'Re: Case P-999999 [Ticket#12]',
      inReplyTo: '<nobody@elsewhere.example>',
      references: ['<neither@elsewhere.example>'],
    })
    expect(mail!.ticket_number).not.toBe(known.number)
    expect(await ticketOf(desk, mail!.ticket_number!)).toMatchObject({ status: 'queued', links: [], messages: [{}] })
  })

  test('A wrong token is as if absent.', async () => {
    const { number, replyTo, notice, mail } = await openCase(desk)
    const wrong = replyTo.replace(/.@/, (end) => (end === 'a@' ? 'b@' : 'a@'))
    const id = notice.messageId!.replace(/^<./, (start) => (start === '<a' ? '<b' : '<a'))
    const other = await desk.hearsFrom(acme, jana, { to: wrong, inReplyTo: id, text: 'Guessed.' })
    expect(other.code).toBe(250)
    expect(other.mail!.ticket_number).not.toBe(number)
    // The next clue decides, as it would without the token.
    const next = await desk.hearsFrom(acme, jana, { to: wrong, inReplyTo: `<${mail.message_id}>`, text: 'Next.' })
    expect(next.mail!.ticket_number).toBe(number)
  })

  test('A thread token identifies a ticket; it never is the authority to write into it.', async () => {
    const { number, replyTo } = await openCase(desk)
    const { mail } = await desk.hearsFrom(globex, zuzana, { to: replyTo, text: 'Found this address.' })
    expect(mail!.ticket_number).not.toBe(number)
    expect((await ticketOf(desk, number)).messages).toHaveLength(1)
  })

  test('A merged ticket redirects, transitively.', async () => {
    const [first, second, third] = [await openCase(desk), await openCase(desk), await openCase(desk)]
    await desk.api('POST', `/api/tickets/${first.number}/merge`, { into: second.number })
    await desk.api('POST', `/api/tickets/${second.number}/merge`, { into: third.number })
    const bySubject = await desk.hearsFrom(acme, petr, { subject: `About ${first.number}` })
    expect(bySubject.mail!.ticket_number).toBe(third.number)
    const byToken = await desk.hearsFrom(acme, jana, { to: first.replyTo, text: 'To the first.' })
    expect(byToken.mail!.ticket_number).toBe(third.number)
    // Their page, too.
    expect(await (await desk.http(first.page)).text()).toContain(third.number)
  })

  test('A reply to the wrong mailbox still finds its ticket.', async () => {
    const sales = `sales-${transport}@desk.test`
    await desk.api('POST', '/api/mailboxes', { address: sales, name: 'Sales', policy: 'contacts', language: 'en' })
    const { number, replyTo, notice } = await openCase(desk)
    const to = replyTo.replace(/^[^+]+/, `sales-${transport}`)
    const byToken = await desk.hearsFrom(acme, jana, { to, text: 'With the token.' })
    expect(byToken.mail!.ticket_number).toBe(number)
    const byReference = await desk.hearsFrom(acme, jana, { to: sales, inReplyTo: notice.messageId!, text: 'Without.' })
    expect(byReference.mail!.ticket_number).toBe(number)
    expect((await ticketOf(desk, number)).mailbox.address).toBe(support)
  })

  test('Outgoing mail always has its own Message-ID with the token, `In-Reply-To`, and `References` cut to first + last n under 900 bytes.', async () => {
    const opened = await openCase(desk, { cc: petr.as })
    const { number, replyTo, mail } = opened
    const token = /\+([^@]+)@/.exec(replyTo)![1]!
    const ids = new Set([opened.notice.messageId])
    let answered = opened.notice.messageId
    for (let i = 0; i < 15; i++) {
      const long = `<${'x'.repeat(100)}.${i}@acme.cz>`
      await desk.hearsFrom(acme, jana, {
        ...{ to: replyTo, cc: petr.as, text: `More ${i}`, messageId: long, inReplyTo: answered! },
      })
      desk.post.clear()
      await desk.api('POST', `/api/tickets/${number}/replies`, { text: `Answer ${i}` })
      expect(recipients(desk).sort()).toEqual([jana.email, petr.email].sort())
      const [toJana, toPetr] = [await newestTo(desk, jana.email), await newestTo(desk, petr.email)]
      for (const letter of [toJana, toPetr]) {
        expect(ids).not.toContain(letter.messageId)
        ids.add(letter.messageId)
        expect(letter.inReplyTo).toBe(long)
        const references = [letter.references!].flat()
        expect(references.join(' ').length).toBeLessThan(900)
        expect([references[0], references.at(-1)]).toEqual([`<${mail.message_id}>`, long])
      }
      expect(toJana.messageId).toContain(token)
      expect(toPetr.messageId).not.toContain(token)
      answered = toJana.messageId
    }
  })
})

// Revoked and signed by another key they are in links.test.ts.
describe('Tokens are per (ticket, recipient), unguessable, verified by HMAC, revocable; keys can be rotated.', () => {
  let desk: Desk
  beforeAll(async () => {
    desk = await openDesk()
  })
  afterAll(() => desk?.close())

  test('are per (ticket, recipient): no two letters to two people, or about two tickets, have the same', async () => {
    const tokens = new Set<string>()
    for (const _ of [1, 2]) {
      desk.post.clear()
      const { replyTo } = await openCase(desk, { cc: petr.as })
      tokens.add(replyTo).add(replyToOf(await newestTo(desk, petr.email)))
    }
    expect(tokens.size).toBe(4)
    for (const token of tokens) expect(token).toMatch(/^support\+[a-z2-7]{20,}@desk\.test$/)
  })

  test('of another kind open nothing: a page is not opened by the token of an address, nor a ticket by that of a page', async () => {
    const { number, replyTo, page } = await openCase(desk)
    const thread = /\+([^@]+)@/.exec(replyTo)![1]
    expect((await submit(desk, `/t/${thread}`, { act: 'leave' })).status).toBe(404)
    const to = `support+${page.slice('/t/'.length)}@desk.test`
    expect((await desk.hearsFrom(acme, jana, { to })).mail!.ticket_number).not.toBe(number)
  })

  test('of a deleted ticket are as if absent', async () => {
    const { number, replyTo, page } = await openCase(desk)
    await move(desk, number, 'solved')
    await desk.api('DELETE', `/api/tickets/${number}`)
    expect((await desk.hearsFrom(acme, jana, { to: replyTo })).mail!.ticket_number).not.toBe(number)
    expect((await desk.http(page)).status).toBe(404)
  })

  test('by the hundred in one letter, it goes to the ticket of the first, and to no other', async () => {
    const cases = [await openCase(desk), await openCase(desk), await openCase(desk)]
    const wrong = Array.from({ length: 200 }, (_, i) => `<${'abcdefgh'.repeat(5)}${i}@desk.test>`)
    const references = [...wrong, ...cases.map(({ notice }) => notice.messageId!)]
    const { mail } = await desk.hearsFrom(acme, jana, { references })
    expect(mail!.ticket_number).toBe(cases.at(-1)!.number)
    for (const { number } of cases.slice(0, -1)) expect((await ticketOf(desk, number)).messages).toHaveLength(1)
  })
})

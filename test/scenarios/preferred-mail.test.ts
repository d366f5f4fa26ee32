/** Which mail contacts get, and when, by what they prefer (docs/decisions/0033-preferences.md). */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { linksIn, sendUnproved, unprovableContact } from '../author.ts'
import { closeByTime, move, newestTo, openCase, pageIn, replyToOf, submit, ticketOf } from '../case.ts'
import { companies, type Desk, type Json, openDesk, sentTo, transports } from '../scenario.ts'
import { contactOf } from '../texting.ts'

const { acme, globex, initech } = companies
const [jana, petr] = acme.people as [(typeof acme.people)[0], (typeof acme.people)[0]]
type Person = typeof jana

let desk: Desk
beforeAll(async () => {
  desk = await openDesk({ env: { TIME_ZONE: whereItIsNoon() } })
})
afterAll(() => desk?.close())
beforeEach(async () => {
  for (const person of [jana, petr]) await prefer(person, 'all')
  await desk.later('1 day')
  desk.post.clear()
})

describe('a contact who wants only their own tickets', () => {
  beforeEach(() => prefer(petr, 'mine'))

  test('gets no mail of a ticket where they are in copy, and staff see that before and after', async () => {
    const { number } = await openCase(desk, { cc: petr.as })
    const preview = await desk.api('GET', `/api/tickets/${number}/recipients`)
    expect(preview).toEqual({
      audience: 'client',
      recipients: [{ email: jana.email, name: jana.name, mail: 'at_once' }],
      not_mailed: [{ email: petr.email, name: petr.name }],
    })
    const { recipients } = await answer(number, 'For Jana.')
    expect(recipients).toEqual([{ email: jana.email, name: jana.name }])
    expect(await textsTo(petr)).toEqual([])
    const { deliveries } = await ticketOf(desk, number)
    expect(deliveries.filter(({ to }: Json) => to === petr.email)).toEqual([
      expect.objectContaining({
        ...{ kind: 'ticket_opened', state: 'suppressed' },
        attempts: [expect.objectContaining({ smtp: 'The recipient wants no mail about this.' })],
      }),
    ])
    await desk.later('1 day')
    expect(await textsTo(petr)).toEqual([])
  })

  test('gets all of a ticket they requested', async () => {
    const { number } = await openCase(desk, {}, acme, petr)
    await move(desk, number, 'waiting')
    await answer(number, 'For Petr.')
    expect(await kindsTo(number, petr)).toEqual(['ticket_opened', 'status_changed', 'public_reply'])
    expect(sentTo(desk, petr.email)).toHaveLength(3)
  })
})

describe('a contact who wants answers alone', () => {
  test('hears that their ticket was opened, and what staff write, wherever they are, and nothing else', async () => {
    await prefer(jana, 'answers')
    await prefer(petr, 'answers')
    const { number } = await openCase(desk, { cc: petr.as })
    await move(desk, number, 'waiting')
    await answer(number, 'An answer.')
    await move(desk, number, 'solved')
    expect(await textsTo(jana)).toEqual([expect.anything(), expect.stringContaining('An answer.')])
    expect(await textsTo(petr)).toHaveLength(1)
    expect((await newestTo(desk, petr.email)).text).toContain('An answer.')
    await desk.later('1 day')
    expect(desk.post.letters).toHaveLength(3)
  })
})

describe('a contact who wants a digest', () => {
  test.each(transports)(
    'an hour after the first letter that waited has all of them in one, over %s',
    async (transport) => {
      const own = await openDesk({ transport })
      try {
        await prefer(jana, 'digest_hourly', own)
        const { number, page } = await openCase(own)
        expect(sentTo(own, jana.email)).toHaveLength(1)
        const { recipients } = await own.api('GET', `/api/tickets/${number}/recipients`)
        expect(recipients).toEqual([{ email: jana.email, name: jana.name, mail: 'hourly' }])
        await own.api('POST', `/api/tickets/${number}/replies`, { text: 'The first answer.' })
        await own.later('50 minutes')
        await own.api('POST', `/api/tickets/${number}/replies`, { text: 'The second answer.' })
        await move(own, number, 'waiting')
        expect(sentTo(own, jana.email)).toHaveLength(1)
        await own.later('10 minutes')
        expect(sentTo(own, jana.email)).toHaveLength(2)
        const digest = await newestTo(own, jana.email)
        expect(digest.text).toMatch(/^Dobrý den,\n\npodle Vašeho přání místo více zpráv jedna/)
        expect(digest.text).toMatch(/The first answer\.[\s\S]*The second answer\.[\s\S]*nemůžeme pokračovat/)
        expect(digest.text).toContain('nejvýše jednou za hodinu')
        expect(digest.text).toContain(`${page}#notify`)
        const { deliveries } = await ticketOf(own, number)
        const waited = deliveries.filter(({ state }: Json) => state === 'suppressed')
        expect(waited.map(({ digest_id }: Json) => digest_id)).toHaveLength(3)
        expect(new Set(waited.map(({ digest_id }: Json) => digest_id)).size).toBe(1)
        expect(waited[0].attempts[0].smtp).toBe('The recipient prefers a digest; the next one tells of this one.')
        const answered = await own.hearsFrom(acme, jana, { to: replyToOf(digest), text: 'Thanks' })
        expect(answered.mail!.ticket_number).toBe(number)
        await own.later('2 hours')
        expect(sentTo(own, jana.email)).toHaveLength(2)
      } finally {
        await own.close()
      }
    },
  )

  test('a day has it at eight in the morning of the desk, of all their tickets', async () => {
    await prefer(petr, 'digest_daily')
    const first = await openCase(desk, { cc: petr.as })
    const second = await openCase(desk, { cc: petr.as })
    await answer(first.number, 'One.')
    await answer(second.number, 'Two.')
    await desk.later('18 hours')
    expect(await textsTo(petr)).toEqual([])
    await desk.later('2 hours')
    expect(sentTo(desk, petr.email)).toHaveLength(1)
    const { text } = await newestTo(desk, petr.email)
    expect(text).toMatch(/One\.[\s\S]*Two\./)
    expect(text).toContain('jednou denně v 8 hodin ráno')
  })

  test('and changes their mind has what waits with the next letter, and then each at once', async () => {
    await prefer(jana, 'digest_daily')
    const { number } = await openCase(desk)
    await answer(number, 'Waits.')
    await prefer(jana, 'all')
    await answer(number, 'Ends the wait.')
    await desk.later('1 second')
    expect((await newestTo(desk, jana.email)).text).toMatch(/Waits\.[\s\S]*Ends the wait\./)
    await answer(number, 'At once.')
    expect((await newestTo(desk, jana.email)).text).toContain('At once.')
    expect(sentTo(desk, jana.email)).toHaveLength(3)
  })

  test('reads in it nothing of a ticket they left meanwhile', async () => {
    await prefer(petr, 'digest_hourly')
    const { number } = await openCase(desk, { cc: petr.as })
    await answer(number, 'Not for Petr any more.')
    await desk.api('DELETE', `/api/tickets/${number}/cc/${petr.email}`)
    await desk.later('1 hour')
    expect(await textsTo(petr)).toEqual([])
  })
})

describe('whatever a contact prefers', () => {
  test.each(['digest_daily', 'answers'])('a new link comes at once, also while letters wait (%s)', async (notify) => {
    await prefer(jana, notify)
    const { number, page } = await openCase(desk)
    await answer(number, 'Perhaps it waits.')
    await submit(desk, page, { act: 'renew' })
    const renewed = await newestTo(desk, jana.email)
    expect(pageIn(renewed)).not.toBe(page)
    expect(await kindsTo(number, jana)).toContain('link_renewed')
  })

  test.each(['digest_daily', 'answers'])('the link that lets their letter in comes at once (%s)', async (notify) => {
    const { email, as, contactId } = await unprovableContact(desk)
    await desk.api('PATCH', `/api/contacts/${contactId}`, { notify })
    await sendUnproved(desk, as)
    expect(await linksIn(desk, email)).toHaveLength(1)
  })

  test.each(['digest_daily', 'answers'])('they hear at once that a letter came too late (%s)', async (notify) => {
    const { items } = await desk.api('GET', '/api/mailboxes')
    const late = (late_reply: string) => desk.api('PATCH', `/api/mailboxes/${items[0].id}`, { late_reply })
    await prefer(jana, notify)
    const { number, replyTo } = await openCase(desk)
    await closeByTime(desk, number)
    for (const setting of ['notice', 'new_linked']) {
      await late(setting)
      desk.post.clear()
      await desk.hearsFrom(acme, jana, { to: replyTo, text: `Still not, ${setting}.` })
      expect(sentTo(desk, jana.email)).toHaveLength(1)
    }
  })
})

test('staff read on the page of a ticket who gets a reply in a digest, and who gets none', async () => {
  await prefer(jana, 'digest_daily')
  await prefer(petr, 'mine')
  const { number } = await openCase(desk, { cc: petr.as })
  const headers = { authorization: `Bearer ${desk.adminToken}` }
  const shown = await (await desk.http(`/tickets/${number}`, { headers })).text()
  expect(shown).toContain(
    `A reply goes to: ${jana.email} (in a daily digest), ${petr.email} (gets no mail: wants only their own tickets)`,
  )
})

test('whoever is no contact gets every notice at once', async () => {
  const { number } = await openCase(desk)
  await desk.api('POST', `/api/tickets/${number}/cc`, { email: 'eva@elsewhere.example' })
  await answer(number, 'For both.')
  expect(sentTo(desk, 'eva@elsewhere.example')).toHaveLength(2)
  const { recipients } = await desk.api('GET', `/api/tickets/${number}/recipients`)
  expect(recipients.map(({ mail }: Json) => mail)).toEqual(['at_once', 'at_once'])
})

describe('on the page of a ticket', () => {
  test('a contact sees what they get, and chooses otherwise for all their tickets', async () => {
    const { page } = await openCase(desk)
    expect(await checkedOn(page)).toBe('all')
    const chosen = await submit(desk, page, { act: 'notify', notify: 'digest_daily' })
    expect(chosen.status).toBe(303)
    expect(await textOf(chosen.headers.get('location')!)).toContain('Uloženo. Odteď budete e-maily dostávat takto.')
    expect(await checkedOn(page)).toBe('digest_daily')
    expect(await contactOf(desk, jana)).toMatchObject({ notify: 'digest_daily' })
  })

  test('the choice is a group with a name, of buttons each with a label', async () => {
    const shown = await textOf((await openCase(desk)).page)
    const [form] = /<section aria-labelledby="notify">[\s\S]*?<\/section>/.exec(shown)!
    expect(form).toMatch(/<h2 id="notify">[^<]+<\/h2>/)
    expect(form).toContain('<fieldset aria-labelledby="notify" aria-describedby="notify-hint">')
    expect(form).toMatch(/id="notify-hint">[^<]+</)
    expect(form.match(/<label class="check"><input type="radio" name="notify" [^>]+> [^<]+<\/label>/g)).toHaveLength(5)
  })

  test.each([
    [{ notify: 'weekly' }, 422],
    [{}, 422],
  ])('%j is no choice', async (fields, status) => {
    const { page } = await openCase(desk)
    const refused = await submit(desk, page, { act: 'notify', ...fields } as Record<string, string>)
    expect(refused.status).toBe(status)
    expect(await refused.text()).toContain('Vyberte prosím jednu z možností.')
    expect(await checkedOn(page)).toBe('all')
  })

  test('another website chooses nothing', async () => {
    const { page } = await openCase(desk)
    const body = new URLSearchParams({ act: 'notify', notify: 'answers' })
    const headers = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
    expect((await desk.http(page, { method: 'POST', body, headers })).status).toBe(403)
    expect(await checkedOn(page)).toBe('all')
  })

  test('a contact who was removed chooses nothing, and whoever was none has no choice', async () => {
    const eva = { name: 'Eva', emails: ['eva.choice@acme.cz'] }
    const { organization_id } = await contactOf(desk, jana)
    const { id } = await desk.api('POST', `/api/organizations/${organization_id}/contacts`, eva)
    const { number } = await openCase(desk, { cc: eva.emails[0]! })
    await desk.api('POST', `/api/tickets/${number}/cc`, { email: 'ota@elsewhere.example' })
    const hers = pageIn(await newestTo(desk, eva.emails[0]!))
    const his = pageIn(await newestTo(desk, 'ota@elsewhere.example'))
    expect(await checkedOn(hers)).toBe('all')
    expect(await textOf(his)).not.toContain('name="notify"')
    expect((await submit(desk, his, { act: 'notify', notify: 'mine' })).status).toBe(422)
    await desk.api('DELETE', `/api/contacts/${id}`)
    expect((await submit(desk, hers, { act: 'notify', notify: 'mine' })).status).toBe(404)
  })

  test.each([
    [globex, 'sk', 'Ktoré e-maily dostávate', 'Raz denne'],
    [initech, 'it', 'Quali e-mail riceve', 'una volta al giorno'],
    [acme, 'de', 'Welche E-Mails Sie erhalten', 'einmal täglich'],
    [acme, 'en', 'Which e-mails you get', 'once a day'],
  ])('of %o is in %s', async (company, language, title, daily) => {
    const person = company.people[0] as Person
    await desk.api('PATCH', `/api/contacts/${(await contactOf(desk, person)).id}`, { language })
    const shown = await textOf((await openCase(desk, {}, company, person)).page)
    expect(shown).toContain(`<h2 id="notify">${title}</h2>`)
    expect(shown.toLowerCase()).toContain(daily.toLowerCase())
    await desk.api('PATCH', `/api/contacts/${(await contactOf(desk, person)).id}`, { language: null })
  })
})

async function prefer(person: Person, notify: string, at = desk): Promise<void> {
  await at.api('PATCH', `/api/contacts/${(await contactOf(at, person)).id}`, { notify })
}

function answer(number: string, text: string): Promise<Json> {
  return desk.api('POST', `/api/tickets/${number}/replies`, { text })
}

/** Oldest first, whatever became of them. */
async function kindsTo(number: string, { email }: Person): Promise<string[]> {
  const { deliveries } = await ticketOf(desk, number)
  return deliveries.filter(({ to }: Json) => to === email).map(({ kind }: Json) => kind)
}

async function textsTo({ email }: Person): Promise<string[]> {
  return Promise.all(sentTo(desk, email).map(async ({ parsed }) => (await parsed).text!))
}

async function textOf(page: string): Promise<string> {
  return (await desk.http(page)).text()
}

async function checkedOn(page: string): Promise<string | undefined> {
  return /name="notify" value="(\w+)" checked/.exec(await textOf(page))?.[1]
}

/** A zone where it is past noon, and not yet one: eight in the morning is more than 18 and less than 20 hours away. */
function whereItIsNoon(): string {
  const ahead = 12 - new Date().getUTCHours()
  return ahead === 0 ? 'UTC' : `Etc/GMT${ahead > 0 ? '-' : '+'}${Math.abs(ahead)}`
}

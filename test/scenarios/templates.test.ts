/** Words of a mailbox in the place of the built-in ones, and previews. */
import { languages, NoticeKind } from '@podatelna/contracts'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { hire } from '../agents.ts'
import { heldLetter } from '../author.ts'
import { closeByTime, newestTo, openCase, setMailbox } from '../case.ts'
import { companies, type Desk, type Json, openDesk, sentTo, support, transports } from '../scenario.ts'
import { contactOf } from '../texting.ts'

const { acme, globex } = companies
const [jana] = acme.people as [(typeof acme.people)[0]]
const [zuzana] = globex.people as [(typeof globex.people)[0]]

const ours = {
  subject: 'Máme to! {{numberedTitle}}',
  body: `{{#p}}Ahoj, tady tým <Podpora & spol.>{{/p}}
{{#quote}}{{title}}{{/quote}}
{{#if within}}{{#p}}Brzy.{{/p}}{{/if}}
{{link page "Mrkněte na to"}}`,
}

let desk: Desk
let at: string
beforeAll(async () => {
  desk = await openDesk()
  at = `/api/mailboxes/${(await desk.api('GET', '/api/mailboxes')).items.at(-1).id}/templates`
  await desk.api('POST', '/api/mailboxes', { address: 'sales@desk.test', name: 'Sales', language: 'cs' })
})
afterAll(() => desk?.close())
beforeEach(async () => {
  const { items } = await desk.api('GET', at)
  for (const { kind, language, overridden } of items) {
    if (overridden) await desk.api('DELETE', `${at}/${kind}/${language}`)
  }
})

describe('a mailbox with words of its own', () => {
  test.each(transports)('writes them, as text and as HTML, over %s', async (transport) => {
    const own = await openDesk({ transport })
    try {
      const { items } = await own.api('GET', '/api/mailboxes')
      await own.api('PUT', `/api/mailboxes/${items[0].id}/templates/ticket_opened/cs`, ours)
      const { notice, number, page } = await openCase(own, { subject: 'Tiskárna <hoří>' })
      expect(notice.subject).toBe(`Máme to! [${number}] Tiskárna <hoří>`)
      expect(notice.text).toMatch(/^Ahoj, tady tým <Podpora & spol.>\n\n> Tiskárna <hoří>\n\nMrkněte na to:\nhttp/)
      expect(notice.html).toContain('>Ahoj, tady tým &lt;Podpora &amp; spol.&gt;</p>')
      expect(notice.html).toContain('Tiskárna &lt;hoří&gt;</blockquote>')
      expect(notice.html).toMatch(new RegExp(`href="[^"]*${page}"[^>]*>Mrkněte na to</a>`))
    } finally {
      await own.close()
    }
  })

  test('writes the built-in ones in other languages, other letters, and other mailboxes', async () => {
    await desk.api('PUT', `${at}/ticket_opened/cs`, ours)
    const { number, notice } = await openCase(desk)
    expect(notice.text).toContain('Ahoj')
    await desk.api('PATCH', `/api/tickets/${number}`, { status: 'waiting' })
    expect((await newestTo(desk, jana.email)).text).toContain('Dobrý den')
    expect((await openCase(desk, {}, globex, zuzana)).notice.text).toContain('Dobrý deň')
    expect((await openCase(desk, { to: 'sales@desk.test' })).notice.text).toContain('přijali jsme Vaši zprávu')
  })

  test('writes what was saved last, and the built-in ones once they are removed', async () => {
    await desk.api('PUT', `${at}/ticket_opened/cs`, ours)
    expect((await openCase(desk)).notice.text).toContain('Ahoj')
    await desk.api('PUT', `${at}/ticket_opened/cs`, { ...ours, body: ours.body.replace('Ahoj', 'Nazdar') })
    expect((await openCase(desk)).notice.text).toContain('Nazdar')
    await desk.api('DELETE', `${at}/ticket_opened/cs`)
    expect((await openCase(desk)).notice.text).toContain('Dobrý den')
    await desk.api('DELETE', `${at}/ticket_opened/cs`, undefined, 404)
  })

  test('lists them beside the built-in ones', async () => {
    const saved = await desk.api('PUT', `${at}/ticket_opened/cs`, ours)
    expect(saved).toMatchObject({ kind: 'ticket_opened', language: 'cs', overridden: true, override: ours })
    const { items } = await desk.api('GET', at)
    expect(items).toHaveLength(NoticeKind.options.length * languages.length)
    expect(items.filter(({ overridden }: Json) => overridden)).toEqual([saved])
    const { built_in, override } = items.find(({ kind, language }: Json) => kind === 'solved' && language === 'de')
    expect(override).toBeNull()
    expect(built_in).toMatchObject({
      subject: '{{numberedTitle}}',
      body: expect.stringContaining('{{date reopenUntil}}'),
    })
    await desk.api('PUT', `${at}/solved/de`, built_in)
  })

  test('writes them whatever made it write: a held letter, a late answer, a digest', async () => {
    const short = { subject: 'Krátce', body: '{{#p}}Krátce.{{/p}}{{link page "Sem"}}' }
    await desk.api('PUT', `${at}/letter_held/cs`, short)
    const { email } = await heldLetter(desk, { language: 'cs' })
    expect((await newestTo(desk, email)).text).toMatch(/^Krátce\.\n\nSem:\nhttp/)
    await desk.api('PUT', `${at}/late_reply_notice/cs`, { ...short, body: '{{#p}}Krátce, {{address}}.{{/p}}' })
    await setMailbox(desk, { late_reply: 'notice' })
    const { number, replyTo } = await openCase(desk)
    await closeByTime(desk, number)
    await desk.hearsFrom(acme, jana, { to: replyTo })
    expect((await newestTo(desk, jana.email)).text).toMatch(/^Krátce, support@desk\.test\./)
    const pages =
      '{{#each tickets}}{{#each letters}}{{#quote}}{{text}}{{/quote}}{{/each}}{{#if page}}{{link page "Sem"}}{{/if}}{{/each}}'
    const choice = '{{#if choice}}{{link choice "Jinak"}}{{/if}}'
    await desk.api('PUT', `${at}/digest/cs`, { ...short, body: pages + choice })
    await desk.api('PATCH', `/api/contacts/${(await contactOf(desk, jana)).id}`, { notify: 'digest_hourly' })
    const waiting = await openCase(desk)
    await desk.api('POST', `/api/tickets/${waiting.number}/replies`, { text: 'Už jedeme.' })
    await desk.later('1 hour')
    expect((await newestTo(desk, jana.email)).text).toMatch(/^> .*\n> Už jedeme\.|^> Už jedeme\./)
    await desk.api('PATCH', `/api/contacts/${(await contactOf(desk, jana)).id}`, { notify: 'all' })
  })

  test('writes them to staff as well', async () => {
    const olga = { name: 'Olga Malá', email: 'olga@initech.it' }
    const { id } = await desk.api('POST', '/api/agents', { ...olga, language: 'de', notify: 'all' })
    const mark = '{{#p}}##- Antwort hier -##{{/p}}'
    const body = `${mark}{{#p}}Es schreibt {{#if unproved}}vielleicht {{/if}}{{author}}.{{/p}}{{body message}}{{link page "Los"}}`
    await desk.api('PUT', `${at}/client_wrote/de`, { subject: '{{numberedTitle}}', body })
    await openCase(desk, { text: 'Pomoc!' })
    expect((await newestTo(desk, olga.email)).text).toMatch(/Es schreibt Jana Nováková\.\n\nPomoc!\n\nLos:/)
    await desk.api('PATCH', `/api/agents/${id}`, { disabled: true })
  })

  test('may be deleted with them', async () => {
    const address = 'gone@desk.test'
    const { id } = await desk.api('POST', '/api/mailboxes', { address, name: 'Gone', language: 'cs' })
    await desk.api('PUT', `/api/mailboxes/${id}/templates/ticket_opened/cs`, ours)
    await desk.api('DELETE', `/api/mailboxes/${id}`)
    await desk.api('GET', `/api/mailboxes/${id}/templates`, undefined, 404)
    await desk.api('PUT', `/api/mailboxes/${id}/templates/ticket_opened/cs`, ours, 404)
  })
})

describe('words that cannot be used', () => {
  test.each([
    ['{{{title}}}', 3, 1, 'Three braces'],
    ['{{#p}}{{&title}}{{/p}}', 3, 7, 'Three braces'],
    ['<script>alert(1)</script>', 3, 1, 'outside of any block'],
    ['{{> layout}}', 3, 1, 'Other templates'],
    ['{{#*inline "x"}}{{/inline}}', 3, 1, 'cannot be used here'],
    ['{{#p}}{{constructor.constructor}}{{/p}}', 3, 9, 'There is no value'],
    ['{{#p}}{{__proto__}}{{/p}}', 3, 9, 'There is no value'],
    ['{{#p}}{{lookup title "length"}}{{/p}}', 3, 7, 'is not known here'],
    ['{{#with page}}{{/with}}', 3, 1, 'is not known here'],
    ['{{#p}}{{strong (lookup page 0)}}{{/p}}', 3, 16, 'the name of a value'],
    ['{{#p}}{{@root.title}}{{/p}}', 3, 9, 'cannot be used here'],
    ['{{#p}}{{../title}}{{/p}}', 3, 9, 'cannot be used here'],
    ['{{link title "Click"}}', 3, 8, 'a link is needed'],
    ['{{#p}}{{title}}', 3, 16, 'ends before'],
    ['{{#each page}}{{/each}}', 3, 9, 'a list is needed'],
  ])('are refused with their place: %s', async (line, atLine, atColumn, said) => {
    const words = { subject: '{{numberedTitle}}', body: `{{#p}}Ahoj{{/p}}\n{{link page "x"}}\n${line}` }
    const refused = await desk.api('PUT', `${at}/ticket_opened/cs`, words, 422)
    expect(refused.detail).toContain(`Line ${atLine}, column ${atColumn} of the body: `)
    expect(refused.errors[0]).toEqual({
      ...{ path: 'body', line: atLine, column: atColumn },
      message: expect.stringContaining(said),
    })
    const ask = { kind: 'ticket_opened', language: 'cs', template: words }
    const tried = await desk.api('POST', '/api/notices/preview', ask, 422)
    expect(tried.detail).toBe(refused.detail)
    expect(tried.errors).toEqual(refused.errors.map((error: Json) => ({ ...error, path: `template.${error.path}` })))
    const { items } = await desk.api('GET', at)
    expect(items.filter(({ overridden }: Json) => overridden)).toEqual([])
  })

  test('are refused where they lack the link that their letter is for, or are no words at all', async () => {
    const held = { subject: 'Psali jste nám?', body: '{{#p}}Potvrďte to.{{/p}}' }
    const refused = await desk.api('PUT', `${at}/letter_held/cs`, held, 422)
    expect(refused.errors[0].message).toContain('needs a link to "page"')
    await desk.api('PUT', `${at}/letter_held/cs`, { ...held, html: '<p>' }, 400)
    await desk.api('PUT', `${at}/letter_held/cs`, { ...held, subject: 'a\nBcc: x@y.example' }, 400)
    await desk.api('PUT', `${at}/letter_held/cs`, { ...held, body: 'x'.repeat(20_001) }, 400)
    await desk.api('PUT', `${at}/letter_held/fr`, held, 404)
    await desk.api('PUT', `${at}/nothing/cs`, held, 404)
  })

  test('with a letter that no sample is like give way to the built-in ones, and that is told', async () => {
    const karel = { name: 'Karel Dvořák', email: 'karel@initech.it' }
    const { id } = await desk.api('POST', '/api/agents', { ...karel, language: 'cs', notify: 'all' })
    const body = `{{#p}}##- Odpověď -##{{/p}}
{{#p}}Nazdar.{{#if proposed}} {{choose priority urgent="Honem!"}}{{/if}}{{/p}}
{{#if unproved}}{{#p}}Bez ověření.{{/p}}{{/if}}
{{body message}}
{{link page "Otevřít"}}`
    await desk.api('PUT', `${at}/client_wrote/cs`, { subject: '{{numberedTitle}}', body })
    await openCase(desk)
    expect((await newestTo(desk, karel.email)).text).toContain('Nazdar.')
    const { number } = await openCase(desk, { cc: 'Eva <eva@elsewhere.example>', text: 'Tajemství' })
    const letter = await newestTo(desk, karel.email)
    expect(letter.subject).toContain(number)
    expect(letter.text).toContain('Nový požadavek')
    expect(letter.text).not.toContain('Nazdar')
    const { items } = await desk.api('GET', at)
    const { override } = items.find(({ overridden }: Json) => overridden)
    expect(Date.parse(override.failed_at)).toBeGreaterThan(Date.now() - 600_000)
    expect(override.problem).toBe('Line 2, column 31: There are no words for "normal".')
    expect(await (await desk.http('/metrics')).text()).toMatch(
      /podatelna_template_failures_total{.*kind="client_wrote".*} 1/,
    )
    const saved = await desk.api('PUT', `${at}/client_wrote/cs`, { subject: '{{numberedTitle}}', body })
    expect(saved.override).toMatchObject({ failed_at: null, problem: null })
    await desk.api('PATCH', `/api/agents/${id}`, { disabled: true })
  })
})

describe('a preview', () => {
  test('shows what is sent', async () => {
    const words = { subject: 'Nový odkaz: {{numberedTitle}}', body: ours.body.replace(/^.*within.*$/m, '') }
    await desk.api('PUT', `${at}/link_renewed/cs`, words)
    const ask = { kind: 'link_renewed', language: 'cs', mailbox: support }
    const [preview] = (await desk.api('POST', '/api/notices/preview', ask)).items
    const { number } = await openCase(desk, { subject: preview.values.title })
    await desk.api('POST', `/api/tickets/${number}/participants/${jana.email}/renew-token`)
    const sent = await newestTo(desk, jana.email)
    const link = /http\S+\/t\/[a-z2-7]+/.exec(sent.text!)![0]
    const asSent = (written: string) => {
      return written.replaceAll(preview.values.page, link).replaceAll(preview.values.number, number).trim()
    }
    expect(sent.subject).toBe(asSent(preview.subject))
    expect(sent.text!.trim()).toBe(asSent(preview.text))
    expect(String(sent.html).trim()).toBe(asSent(preview.html))
  })

  test('shows every sample or the one that is asked for, and sends nothing', async () => {
    desk.post.clear()
    const { items } = await desk.api('POST', '/api/notices/preview', { kind: 'taken', language: 'it' })
    expect(items.map(({ sample, language, problem }: Json) => [sample, language, problem])).toEqual(
      [0, 1, 2, 3].map((sample) => [sample, 'it', null]),
    )
    const one = await desk.api('POST', '/api/notices/preview', { kind: 'taken', language: 'it', sample: 1 })
    expect(one.items).toEqual([items[1]])
    expect(one.items[0].values).toMatchObject({ number: 'P-100001', status: 'in_progress', locked: true })
    expect(one.items[0].text).toContain(one.items[0].values.refusal)
    await desk.api('POST', '/api/notices/preview', { kind: 'taken', language: 'it', sample: 4 }, 422)
    await desk.api('POST', '/api/notices/preview', { kind: 'taken', language: 'it', mailbox: 'no@desk.test' }, 422)
    await desk.later('1 minute')
    expect(desk.post.letters).toEqual([])
  })

  test('of words that are not saved is for administrators; what is saved, every agent may see', async () => {
    const ada = await hire(desk, 'Ada Nová')
    await desk.api('PUT', `${at}/ticket_opened/cs`, ours)
    const ask = { kind: 'ticket_opened', language: 'cs', mailbox: support, sample: 0 }
    expect((await ada.api('POST', '/api/notices/preview', ask)).items[0].text).toContain('Ahoj')
    const template = { ...ours, body: ours.body.replace('Ahoj', 'Čau') }
    await ada.api('POST', '/api/notices/preview', { ...ask, template }, 403)
    const { items } = await desk.api('POST', '/api/notices/preview', { ...ask, template })
    expect(items[0].text).toMatch(/^Čau/)
    expect(items[0].text).toContain('-- \nSupport\nsupport@desk.test')
    for (const [method, path, body] of [
      ['GET', at, undefined],
      ['PUT', `${at}/ticket_opened/cs`, ours],
      ['DELETE', `${at}/ticket_opened/cs`, undefined],
    ] as const) {
      await ada.api(method, path, body, 403)
    }
    expect(sentTo(desk, jana.email).filter(({ raw }) => raw.includes('Čau'))).toEqual([])
  })
})

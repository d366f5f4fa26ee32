/** Authors who can prove nothing, and what they do with the link that we send them. */
import { randomBytes } from 'node:crypto'
import { type Desk, type Json, type Mail, type Received, sentTo, support } from './desk.ts'
import { type Draft, letter } from './world/letters.ts'

export type Author = { email: string; as: string; contactId: string }

/** A new contact in a domain that publishes nothing, so that each letter of theirs has to be confirmed. */
export async function unprovableContact(desk: Desk, language = 'en'): Promise<Author> {
  const email = `${randomBytes(6).toString('hex')}@proveless.cz`
  const { items } = await desk.api('GET', '/api/organizations')
  const { id: organization } = items.find(({ name }: Json) => name === 'Proveless')
  const contact = { name: 'Somebody', emails: [email], language }
  const { id } = await desk.api('POST', `/api/organizations/${organization}/contacts`, contact)
  return { email, as: `Somebody <${email}>`, contactId: id }
}

/** A letter that nothing proves, from whomever; each has other words. */
export async function sendUnproved(desk: Desk, as: string, draft: Partial<Draft> = {}): Promise<Received> {
  const raw = await letter({ from: as, to: support, subject: 'Hello', text: randomBytes(8).toString('hex'), ...draft })
  return desk.receives(raw, { from: bare(as), to: bare(String(draft.to ?? support)) })
}

/** A letter of such a contact, and the page where they may decide about it. */
export async function heldLetter(
  desk: Desk,
  about: { language?: string; subject?: string } = {},
): Promise<Author & { mail: Mail; page: string }> {
  const author = await unprovableContact(desk, about.language)
  const { mail } = await sendUnproved(desk, author.as, { subject: about.subject ?? 'Hello' })
  return { ...author, mail: mail!, page: await linkIn(desk, author.email) }
}

/** The pages behind the links we sent to an address, as paths, oldest first. */
export async function linksIn(desk: Desk, email: string): Promise<string[]> {
  const texts = await Promise.all(sentTo(desk, email).map(async (sent) => (await sent.parsed).text ?? ''))
  return texts.flatMap((text) => text.match(/https?:\S+\/authorize\/\S+/g) ?? []).map((link) => new URL(link).pathname)
}

/** The newest of them. @throws Error when there is none */
export async function linkIn(desk: Desk, email: string): Promise<string> {
  const page = (await linksIn(desk, email)).at(-1)
  if (!page) throw new Error(`${email} was sent no link`)
  return page
}

/** Presses a button of that page, as a browser does. */
export function press(
  desk: Desk,
  page: string,
  decision: 'confirm' | 'not_me',
  how: { mail?: string | undefined; headers?: Record<string, string> } = {},
): Promise<Response> {
  const body = new URLSearchParams({ decision, ...(how.mail && { mail: how.mail }) })
  return desk.http(page, { method: 'POST', body, headers: { accept: 'text/html', ...how.headers } })
}

/** What a program is told about that page. */
export async function read(desk: Desk, page: string): Promise<Json> {
  return (await (await desk.http(page, { headers: { accept: 'application/json' } })).json()) as Json
}

/** A decision as a program sends it. */
export function asJson(body: object): RequestInit {
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
}

export async function dispositionOf(desk: Desk, mail: { id: string }): Promise<string> {
  await desk.settled()
  return (await desk.api('GET', `/api/mail/${mail.id}`)).disposition
}

/** What happened to a letter, in order, a word each. */
export async function timelineOf(desk: Desk, mail: { id: string }): Promise<string[]> {
  await desk.settled()
  return (await desk.api('GET', `/api/mail/${mail.id}`)).timeline.map(({ what }: Json) => what)
}

/** A request as a signed-in member of staff makes it. */
export function signedIn(desk: Desk, path: string): Promise<Response> {
  return desk.http(path, { headers: { authorization: `Bearer ${desk.podatelna.app.settings.ADMIN_TOKEN}` } })
}

/** `Support <support@desk.test>` is written in a letter; on the envelope stands the address alone. */
function bare(written: string): string {
  return /<([^>]+)>/.exec(written)?.[1] ?? written
}

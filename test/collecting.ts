import { expect } from 'vitest'
import { companies, type Desk, type Json, letter, openDesk, support } from './scenario.ts'
import type { ImapServer } from './world/imap.ts'

/** Jana of Acme writes these letters. */
export const [jana] = companies.acme.people as [(typeof companies.acme.people)[0]]
export const provider = 'mx.provider.test'
export const believed = { IMAP_AUTHSERV_ID: provider }
export const passed = 'dmarc=pass header.from=acme.cz'
/** What the provider writes on top of a letter that Acme sent. */
export const proved = `Authentication-Results: ${provider}; ${passed}`
export const patience = { timeout: 30_000, interval: 50 }

/** A desk that collects from a provider's server: from a new account there, unless `user` or a whole `url` is given. */
export async function collectingDesk(
  imap: ImapServer,
  { user = newUser(), url = imap.url(user), env = {} as Record<string, string> } = {},
) {
  const desk = await openDesk({ env: { IMAP_URL: url, ...believed, ...env } })
  return { desk, account: accountOf(imap, user) }
}

export type Account = ReturnType<typeof accountOf>

export function accountOf(imap: ImapServer, user: string) {
  const subjects = async (folder: string) => (await imap.folder(user, folder)).map(({ subject }) => subject)
  return {
    async receives(subject: string, fields: string, draft: Json = {}): Promise<Buffer> {
      const raw = await written(subject, fields, draft)
      await imap.delivers(user, raw)
      return raw
    },
    left: () => subjects('INBOX'),
    async moved(count: number): Promise<string[]> {
      await expect.poll(() => subjects('Podatelna'), patience).toHaveLength(count)
      return subjects('Podatelna')
    },
    flagsOf: async (subject: string) => (await imap.folder(user, 'INBOX')).find((l) => l.subject === subject)?.flags,
  }
}

/** With the fields that the provider put on top of it. */
export async function written(subject: string, fields: string, draft: Json = {}): Promise<Buffer> {
  const raw = await letter({ from: jana.as, to: support, subject, text: 'Hello', ...draft })
  return Buffer.concat([Buffer.from(`Return-Path: <${jana.email}>\r\n${fields}\r\n`), raw])
}

let users = 0
export function newUser(): string {
  return `team-${++users}`
}

/** Read after all that follows from it has happened. */
export async function mailCalled(desk: Desk, subject: string): Promise<Json> {
  await desk.settled()
  const { items } = await desk.api('GET', '/api/mail')
  const { id } = items.find((mail: Json) => mail.subject === subject)
  return desk.api('GET', `/api/mail/${id}`)
}

export function asAdministrator(desk: Desk, path: string): Promise<Response> {
  return desk.http(path, { headers: { authorization: `Bearer ${desk.podatelna.app.settings.ADMIN_TOKEN}` } })
}

export async function metrics(desk: Desk): Promise<string> {
  return (await desk.http('/metrics')).text()
}

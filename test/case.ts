import type { ParsedMail } from 'mailparser'
import { companies, type Desk, type Json, type Mail, sentTo } from './scenario.ts'

const { acme } = companies
const [jana] = acme.people as [(typeof acme.people)[0]]

/** A ticket as the stories begin: its number, the letter that opened it, and the notice its author got. */
export type Case = {
  number: string
  mail: Mail
  notice: ParsedMail
  /** Where an answer to the notice goes: the mailbox with the token of this ticket and this person. */
  replyTo: string
  /** Path of the author's page of the ticket. */
  page: string
}

/** Jana of Acme, unless somebody else is given, writes about something new. */
export async function openCase(desk: Desk, draft: object = {}, company = acme, person = jana): Promise<Case> {
  const { mail } = await desk.hearsFrom(company, person, { subject: `Case ${Math.random()}`, ...draft })
  const notice = await newestTo(desk, person.email)
  return { number: mail!.ticket_number!, mail: mail!, notice, replyTo: replyToOf(notice), page: pageIn(notice) }
}

/** The last letter that we sent to somebody. */
export async function newestTo(desk: Desk, email: string): Promise<ParsedMail> {
  const letter = sentTo(desk, email).at(-1)
  if (!letter) throw new Error(`Nothing was sent to ${email}.`)
  return letter.parsed
}

/** The address alone. */
export function replyToOf(notice: ParsedMail): string {
  return notice.replyTo!.value[0]!.address!
}

export function pageIn(notice: ParsedMail): string {
  return /\/t\/[a-z2-7]+/.exec(notice.text!)![0]
}

/** What a person does on their page, as their browser sends it. */
export async function submit(desk: Desk, page: string, fields: Record<string, string>): Promise<Response> {
  const response = await desk.http(page, { method: 'POST', body: new URLSearchParams(fields) })
  await desk.settled()
  return response
}

export function ticketOf(desk: Desk, number: string): Promise<Json> {
  return desk.api('GET', `/api/tickets/${number}`)
}

export function move(desk: Desk, number: string, status: string): Promise<Json> {
  return desk.api('PATCH', `/api/tickets/${number}`, { status })
}

/** Solved, and left alone for as long as a ticket of the mailbox stays open then. */
export async function closeByTime(desk: Desk, number: string): Promise<void> {
  await move(desk, number, 'solved')
  await desk.later('14 days')
}

/** Changes the mailbox that every desk has from the start. */
export async function setMailbox(desk: Desk, changes: object): Promise<void> {
  const { items } = await desk.api('GET', '/api/mailboxes')
  await desk.api('PATCH', `/api/mailboxes/${items.at(-1).id}`, changes)
}

/** Who is on a ticket, and how. */
export async function roster(desk: Desk, number: string): Promise<Record<string, string>> {
  const { participants } = await ticketOf(desk, number)
  return Object.fromEntries(participants.map(({ email, state }: Json) => [email, state]))
}

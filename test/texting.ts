/** What scenarios about text messages have in common. */

import { type Desk, type Json, support } from './desk.ts'
import type { Person } from './world/companies.ts'

/** Links in texts begin with it; nothing listens there. */
export const publicUrl = 'https://desk.example'

export async function giveNumbers(desk: Desk, person: Person, phones: string[], more: Json = {}): Promise<void> {
  const { id } = await contactOf(desk, person)
  await desk.api('PATCH', `/api/contacts/${id}`, { phones, ...more })
}

export async function contactOf(desk: Desk, { email }: Person): Promise<Json> {
  const { items } = await desk.api('GET', '/api/organizations')
  for (const { id } of items) {
    const contacts = await desk.api('GET', `/api/organizations/${id}/contacts`)
    const found = contacts.items.find(({ emails }: Json) => emails.includes(email))
    if (found) return found
  }
  throw new Error(`${email} is no contact`)
}

/** Opens an urgent ticket in somebody's name; its number. */
export async function openUrgent(desk: Desk, person: Person, more: Json = {}): Promise<string> {
  const requester = { email: person.email, name: person.name }
  const ticket = { mailbox: support, requester, subject: 'Printer on fire', text: 'It burns.', priority: 'urgent' }
  const { number } = await desk.api('POST', '/api/tickets', { ...ticket, ...more })
  return number
}

/** The texts of a ticket, oldest first. */
export async function textsOf(desk: Desk, number: string): Promise<Json[]> {
  const { items } = await desk.api('GET', `/api/texts?ticket=${number}`)
  return items.reverse()
}

/** Lets the next try of a text come now. */
export async function tryTextNow(desk: Desk, id: string): Promise<void> {
  const { attempts } = await desk.api('GET', `/api/texts/${id}`)
  await desk.podatelna.app.store.prisma.$executeRaw`UPDATE texts SET due_at = now() WHERE id = ${id}::uuid`
  await untilAttempts(desk, id, attempts.length + 1)
}

export async function untilAttempts(desk: Desk, id: string, count: number): Promise<void> {
  const deadline = Date.now() + 10_000
  for (;;) {
    const { attempts } = await desk.api('GET', `/api/texts/${id}`)
    if (attempts.length >= count) return
    if (Date.now() > deadline) throw new Error(`text ${id} has only ${JSON.stringify(attempts)}`)
    await new Promise((again) => setTimeout(again, 20))
  }
}

import { type TextKind, textNumber } from '@podatelna/contracts'
import { newId } from '@podatelna/store'
import type { Notice } from '../letterhead.ts'
import { type Head, type Ticket, titles } from '../ticket-notices.ts'
import type { HeaderBytes } from './alphabet.ts'
import { writeText } from './write.ts'

/** A text as it will be sent. */
export type Text = {
  id: string
  kind: TextKind
  to: string
  body: string
  parts: number
  ticketId: string
  participantId: string
  causedById: string
}

/** Decides of an event's notices whether a text goes along; undefined when none does. */
export type TextWriter = (ticket: Ticket, notices: Notice[]) => Text | undefined

/**
 * Beside the letter to the requester of an urgent ticket, a text to the first of their numbers that is one. Whoever may not
 * be told by mail gets no letter, and so no text.
 */
export function textWriter(head: Pick<Head, 'pageOf'>, header: HeaderBytes): TextWriter {
  return (ticket, notices) => {
    const person = ticket.participants.find(({ role }) => role === 'requester')
    const to = person && textNumber(person.phones ?? [])
    const notice = person && notices.find(({ participant }) => participant?.id === person.id)
    const kind = notice && kindOf(notice)
    if (!to || !kind) return undefined
    const { number, title } = titles(ticket)
    const link = head.pageOf(person.serial)
    const values = { kind, language: person.language, number, title, sender: ticket.mailbox.name, link }
    const about = { ticketId: ticket.id, participantId: person.id, causedById: ticket.message.id }
    return { id: newId(), kind, to, ...writeText(values, header), ...about }
  }
}

/** A reply that solves is told as what it does. */
function kindOf(notice: Notice): TextKind | undefined {
  if (notice.kind === 'ticket_opened' || notice.kind === 'late_reply') return 'ticket_opened'
  if (notice.kind === 'public_reply') return notice.values.status === 'solved' ? 'solved' : 'public_reply'
  return notice.kind === 'solved' ? 'solved' : undefined
}

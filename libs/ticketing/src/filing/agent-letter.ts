/** Members of staff who write by mail: their answer is a public reply, or a note (rules §6; decision 0030). */
import type { Actor } from '@podatelna/contracts'
import { notesOn, readAgentAnswer } from '@podatelna/mail'
import type { Act, Desk } from '../desk.ts'
import { noteOnTicket, replyToTicket } from '../staff.ts'
import { afterAgentAnswered } from '../states/states.ts'
import type { ThreadedTicket } from '../threading.ts'
import type { MailRow } from './admitted-mail.ts'
import type { ReadLetter } from './message.ts'

/**
 * False for those who write as clients: an agent who asked for the ticket, or is on it as a contact, and answers what they
 * were sent as such. A note of theirs stays among staff all the same.
 */
export function isAgentsAnswer(mail: MailRow, letter: ReadLetter, ticket: ThreadedTicket): boolean {
  if (!mail.agent_id) return false
  const asClient = ticket.seat === null && ticket.onIt && (ticket.requester || mail.contact_id !== null)
  return !asClient || isNote(mail, letter)
}

/** A program speaks to no client in an agent's name. */
export function isNote(mail: MailRow, letter: ReadLetter): boolean {
  return mail.agent_id !== null && (mail.kind !== 'letter' || readAgentAnswer(letter).note)
}

/**
 * The message has the letter's id, so that filing it twice writes it once. Of the letter only what its author wrote now is
 * sent; what they quoted is folded, for staff.
 */
export function addAgentsLetter(
  desk: Desk,
  mail: MailRow,
  letter: ReadLetter,
  ticket: ThreadedTicket,
): Promise<Act<object>> {
  const { text, folded } = readAgentAnswer(letter)
  const words = {
    ...{ number: ticket.number, by: agentOf(mail), messageId: mail.id, text },
    letter: {
      columns: {
        ...{ mailId: mail.id, messageId: mail.message_id, subject: mail.subject, createdAt: mail.received_at },
        ...{ folded, warnings: notesOn(letter) },
      },
      // There is no HTML that could show them within the text.
      files: letter.files.map((file) => ({ ...file, inline: false })),
    },
  }
  if (ticket.seat === 'note' || isNote(mail, letter)) return noteOnTicket(desk, words)
  return replyToTicket(desk, { ...words, status: afterAgentAnswered(ticket.status) })
}

function agentOf(mail: MailRow): Actor {
  const email = mail.from_address ?? ''
  return { kind: 'agent', name: mail.agent_name ?? email, email }
}

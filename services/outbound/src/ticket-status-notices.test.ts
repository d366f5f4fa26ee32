import { describe, expect, test } from 'vitest'
import type { Participant, Ticket } from './ticket-notices.ts'
import { movedNotices, type News, takenNotices } from './ticket-status-notices.ts'

const head = {
  scanning: { CLAMD_AWAY: 'hold' as const },
  mailDomain: 'mail.example.com',
  pageOf: (serial: bigint) => `https://support.example/t/${serial}`,
}
const news: News = { messageId: 'm', locked: false, agent: 'Karel' }
const later = new Date('2026-01-16T03:04:05Z')

describe('news of a ticket', () => {
  test('goes to its requester alone, and never to a mailbox of ours', () => {
    expect(addresses(takenNotices(ticket({}), news, head))).toEqual(['jana@client.example'])
    const own = [participant({ address: 'support+abc@example.com' })]
    expect(takenNotices(ticket({ participants: own }), news, head)).toEqual([])
  })

  test('that is overtaken is not told', () => {
    expect(movedNotices(ticket({ status: 'queued' }), news, head, 'waiting')).toEqual([])
    expect(movedNotices(ticket({ status: 'closed' }), news, head, 'solved')).toEqual([])
    expect(takenNotices(ticket({ status: 'solved', reopenUntil: later }), news, head)).toEqual([])
    expect(takenNotices(ticket({}), { ...news, agent: null }, head)).toEqual([])
  })
})

test('a lock is refused on the requester’s own page', () => {
  const [notice] = takenNotices(ticket({}), { ...news, locked: true }, head)
  expect(notice!.values).toMatchObject({ locked: true, refusal: 'https://support.example/t/1#lock' })
})

test('a solved ticket says until when it can be reopened', () => {
  const [notice] = movedNotices(ticket({ status: 'solved', reopenUntil: later }), news, head, 'solved')
  expect(notice).toMatchObject({ kind: 'solved', automatic: 'auto-generated', values: { reopenUntil: later } })
})

function addresses(notices: { to: { address: string } }[]): string[] {
  return notices.map(({ to }) => to.address)
}

function ticket(part: Partial<Ticket>): Ticket {
  return {
    ...{ id: 't', number: 100_001n, subject: 'Printer on fire', earlier: null },
    ...{
      createdAt: new Date('2026-01-02T03:04:05Z'),
      redactedAt: null,
      status: 'queued',
      scheduledFor: null,
      reopenUntil: null,
    },
    mailbox: { address: 'support@example.com', name: 'Support', signature: '' },
    participants: [participant({}), participant({ address: 'petr@client.example', role: 'cc' })],
    mailboxes: ['support@example.com'],
    message: {
      ...{ id: 'm', mailId: 'mail', messageId: 'theirs@client.example', audience: 'client', text: 'Hello', html: null },
      files: [],
      author: { name: 'Jana', email: 'jana@client.example' },
      ...{ letterKind: 'letter', unanswered: false, removed: false },
    },
    ...part,
  }
}

function participant(part: Partial<Participant>): Participant {
  return {
    ...{ id: 'p', serial: 1n, address: 'jana@client.example', name: 'Jana', role: 'requester' },
    ...{
      maySee: true,
      receives: false,
      addedBy: { name: 'Jana' },
      language: 'en',
      phones: null,
      said: null,
      written: null,
      letters: [],
    },
    ...part,
  }
}

import { describe, expect, test } from 'vitest'
import { unknownReaction } from './reaction.ts'
import { isOurs, openedNotices, type Participant, replyNotices, type Ticket } from './ticket-notices.ts'

const domain = 'mail.example.com'
const head = {
  scanning: { CLAMD_AWAY: 'hold' as const },
  mailDomain: domain,
  pageOf: (serial: bigint) => `https://support.example/t/${serial}`,
}

describe('a ticket was opened', () => {
  test('its requester and cc are told, each in a letter of their own', () => {
    const notices = openedNotices(ticket({}), head, unknownReaction)
    expect(addresses(notices)).toEqual(['jana@client.example', 'petr@client.example'])
    expect(notices.map(({ values }) => values)).toMatchObject([
      { wrote: true, copied: false },
      { wrote: false, copied: true },
    ])
    expect(notices[0]).toMatchObject({ automatic: 'auto-replied', thread: ['theirs@client.example'] })
  })

  test('an end customer in copy of what is not for them is told no more than that', () => {
    const participants = [participant({}), participant({ address: 'end@customer.example', role: 'cc', maySee: false })]
    const [, told] = openedNotices(ticket({ participants }), head, unknownReaction)
    expect(told).toMatchObject({ kind: 'cc_added', values: { by: 'Jana' } })
  })

  test('a machine gets no automatic answer, those in copy do', () => {
    const notices = openedNotices(ticket({ message: { letterKind: 'auto_generated' } }), head, unknownReaction)
    expect(addresses(notices)).toEqual(['petr@client.example'])
  })

  test('our own mailboxes are never recipients', () => {
    const own = ['support@example.com', 'support+abc@example.com', 'bounce+abc@mail.example.com']
    const participants = own.map((address) => participant({ address }))
    expect(openedNotices(ticket({ participants }), head, unknownReaction)).toEqual([])
    expect(isOurs('supporters@example.com', ['support@example.com'], domain)).toBe(false)
  })
})

describe('a public reply', () => {
  const agent = { name: 'Karel', email: 'karel@example.com' }

  test('goes to those it was for when it was written, and may see it still', () => {
    const added = participant({ address: 'added.since@client.example', receives: false })
    const hidden = participant({ address: 'hidden.since@client.example', maySee: false })
    const participants = [participant({}), added, hidden]
    expect(addresses(replyNotices(ticket({ participants }), head, true))).toEqual(['jana@client.example'])
  })

  test('written by an older process goes to everybody who may see it, except its author', () => {
    const byCc = ticket({ message: { author: { name: 'Petr', email: 'Petr@client.example' } } })
    expect(addresses(replyNotices(byCc, head, false))).toEqual(['jana@client.example'])
    expect(replyNotices(ticket({ message: { author: agent } }), head, false)).toHaveLength(2)
  })

  test('answers the newest letter of a client, or else our own last one', () => {
    const thread = (letters: Participant['letters']) =>
      replyNotices(ticket({ participants: [participant({ letters })], message: { author: agent } }), head, true)[0]!
        .thread
    const [theirs, ours] = [
      { id: 'theirs@x', ours: false },
      { id: 'ours@x', ours: true },
    ]
    expect(thread([theirs, ours])).toEqual(['theirs@x'])
    expect(thread([ours, { id: 'ours2@x', ours: true }])).toEqual(['ours@x', 'ours2@x'])
    expect(thread([theirs, ours, { id: 'again@x', ours: false }])).toEqual(['theirs@x', 'ours@x', 'again@x'])
    expect(thread([ours, { id: 'not an id', ours: false }])).toEqual(['ours@x'])
    expect(thread([])).toEqual([])
  })

  test('claims not to be automatic', () => {
    expect(replyNotices(ticket({ message: { author: agent } }), head, true)[0]!.automatic).toBeUndefined()
  })
})

function addresses(notices: { to: { address: string } }[]): string[] {
  return notices.map(({ to }) => to.address)
}

function ticket({
  message,
  ...rest
}: Partial<Omit<Ticket, 'message'>> & { message?: Partial<Ticket['message']> }): Ticket {
  return {
    id: 't',
    number: 100_001n,
    subject: 'Printer on fire',
    redactedAt: null,
    earlier: null,
    createdAt: new Date('2026-01-02T03:04:05Z'),
    ...{ status: 'queued', scheduledFor: null, reopenUntil: null },
    mailbox: { address: 'support@example.com', name: 'Support', signature: '' },
    participants: [participant({}), participant({ address: 'petr@client.example', role: 'cc' })],
    mailboxes: ['support@example.com', 'sales@example.com'],
    message: {
      id: 'm',
      mailId: 'mail',
      messageId: 'theirs@client.example',
      audience: 'client',
      author: { name: 'Jana', email: 'jana@client.example' },
      text: 'Hello',
      html: null,
      files: [],
      letterKind: 'letter',
      unanswered: false,
      removed: false,
      ...message,
    },
    ...rest,
  }
}

function participant(part: Partial<Participant>): Participant {
  return {
    id: 'p',
    serial: 1n,
    address: 'jana@client.example',
    name: 'Jana',
    role: 'requester',
    maySee: true,
    receives: true,
    addedBy: { name: 'Jana' },
    language: 'en',
    phones: null,
    said: null,
    written: null,
    letters: [{ id: 'theirs@client.example', ours: false }],
    ...part,
  }
}

/** What each kind of notice is told about, and examples of it: every template is tried with them at start. */
import { type NoticeKind, type SeatPurpose, TicketPriority, TicketStatus } from '@podatelna/contracts'
import type { Body } from './blocks.ts'

/** Somebody's words of before. */
export type Earlier = { name: string; at: Date; text: string }

/** `count` hours or days; of one only, none is named. Empty when too little is known to promise anything. */
export type Reaction = { within: '' | 'hour' | 'hours' | 'day' | 'days'; count: number }

/** What all notices to staff are told: the ticket, and its page in the console. */
export type StaffTitles = { number: string; title: string; numberedTitle: string; page: string }

/** What a digest tells of a ticket. `page` and `author` may be empty, `number` when it belongs to none. */
type StoppedTicket = {
  number: string
  title: string
  page: string
  letters: { at: Date; author: string; text: string }[]
}

export type NoticeValues = {
  ticket_opened: {
    number: string
    title: string
    numberedTitle: string
    /** The recipient's own letter opened it. */
    wrote: boolean
    copied: boolean
    /** How soon they usually hear from somebody: `count` hours or days, or of one; empty when it is not known. */
    within: Reaction['within']
    count: number
    /** The participant's page of the ticket, here and below. */
    page: string
  }
  public_reply: {
    number: string
    title: string
    numberedTitle: string
    author: string
    message: Body
    /** Those that are not in the letter. */
    files: { filename: string; bytes: number; url: string }[]
    /** The last thing said before it, that its reader may see. */
    earlier: Earlier | undefined
    status: TicketStatus
    scheduledFor: Date | null
    /** Of a solved one: until then an answer reopens it. */
    reopenUntil: Date | null
    page: string
  }
  /** `agent` looks after it now; `locked`: nobody else is going to, unless `refusal` is visited. */
  taken: {
    number: string
    title: string
    numberedTitle: string
    agent: string
    locked: boolean
    refusal: string
    status: OpenStatus
    scheduledFor: Date | null
    page: string
  }
  /** `agent` took it by the same act. */
  status_changed: {
    number: string
    title: string
    numberedTitle: string
    status: OpenStatus
    scheduledFor: Date | null
    agent: string | null
    page: string
  }
  solved: { number: string; title: string; numberedTitle: string; reopenUntil: Date; page: string }
  /** `earlier` is the number of the closed ticket that was answered. */
  late_reply: { number: string; title: string; numberedTitle: string; earlier: string; page: string }
  /** `by` put them in copy. */
  cc_added: { number: string; title: string; numberedTitle: string; by: string; page: string }
  link_renewed: { number: string; title: string; numberedTitle: string; page: string }
  late_reply_notice: { number: string; title: string; address: string }
  client_wrote: StaffTitles & {
    author: string
    address: string
    /** Empty when they belong to none. */
    organization: string
    priority: TicketPriority
    message: Body
    /** There is more of it. */
    cut: boolean
    /** Names of its files, with commas between them. */
    files: string
    unproved: boolean
    /** It opened the ticket. */
    opened: boolean
    /** Addresses that its author put in copy, and that wait for confirmation; empty when none do. */
    proposed: string
  }
  digest: {
    /** When all of it is about one ticket, else empty. */
    numberedTitle: string
    /** An answer to it joins that ticket. */
    answerable: boolean
    /** They prefer a digest; `choice` is where they may choose otherwise. Else both are empty: a budget was spent. */
    asked: 'hourly' | 'daily' | ''
    choice: string
    tickets: StoppedTicket[]
  }
  /** The same for agents. An answer to it becomes a reply or a note of the one ticket that it is about; empty when of none. */
  staff_digest: { numberedTitle: string; answer: SeatPurpose | ''; tickets: StoppedTicket[] }
  /** `by` gave it to them. */
  assigned: StaffTitles & { by: string; priority: TicketPriority; organization: string }
  /** `by` proposed those addresses for copy. */
  cc_proposed: StaffTitles & { by: string; proposed: string }
  /** `by` wrote the note. */
  mentioned: StaffTitles & { by: string; message: Body }
  /** `reason` are the words of a server; `late`: it is tried on. */
  delivery_failed: StaffTitles & { address: string; reason: string; late: boolean }
  letter_held: { mailbox: string; address: string; title: string; arrived: Date; page: string; validUntil: Date }
}

/** The states in which a ticket has yet to be solved. */
export type OpenStatus = Exclude<TicketStatus, 'solved' | 'closed'>

const openStates: OpenStatus[] = ['queued', 'in_progress', 'waiting', 'scheduled']
const later = new Date('2026-01-16T03:04:05Z')

const ticket = {
  ...{ number: 'P-100001', title: 'Printer on fire', numberedTitle: '[P-100001] Printer on fire' },
  page: 'https://support.example.com/t/aaaaaaaaaaaaaaaaaaaaaaaaaa',
}

const forStaff = { ...ticket, page: 'https://support.example.com/tickets/P-100001' }

const stopped = {
  ...{ number: ticket.number, title: ticket.title, page: ticket.page },
  letters: [
    { at: new Date('2026-01-02T03:04:05Z'), author: 'Karel Dvořák', text: 'Please unplug it. Then call us.' },
    { at: new Date('2026-01-02T03:05:06Z'), author: '', text: 'The ticket P-100001 is solved.' },
  ],
}

const said = {
  name: 'Jana Nováková',
  at: new Date('2026-01-02T03:04:05Z'),
  text: 'It burns.\n\n> Where?\nIn the office.',
}

export const samples: { [Kind in NoticeKind]: NoticeValues[Kind][] } = {
  ticket_opened: [
    { ...ticket, wrote: true, copied: false, within: 'hours', count: 4 },
    { ...ticket, wrote: true, copied: false, within: 'hour', count: 0 },
    { ...ticket, wrote: true, copied: false, within: 'day', count: 0 },
    { ...ticket, wrote: false, copied: false, within: 'days', count: 2 },
    { ...ticket, wrote: false, copied: true, within: '', count: 0 },
  ],
  public_reply: TicketStatus.options.map((status, index) => ({
    ...ticket,
    author: 'Karel Dvořák',
    message: { text: 'Please unplug it.\nThen call us.', html: index % 2 ? '<p>Please <b>unplug</b> it.</p>' : null },
    files: index % 3 ? [] : [{ filename: 'plán “A”.pdf', bytes: 31_457_280, url: `${ticket.page}/files/1` }],
    earlier: index % 2 ? undefined : said,
    status,
    scheduledFor: status === 'scheduled' ? later : null,
    reopenUntil: status === 'solved' ? later : null,
  })),
  taken: openStates.map((status, index) => ({
    ...{ ...ticket, agent: 'Karel Dvořák', locked: index % 2 > 0, refusal: `${ticket.page}#lock` },
    ...{ status, scheduledFor: status === 'scheduled' ? later : null },
  })),
  status_changed: openStates.map((status, index) => ({
    ...{ ...ticket, agent: index % 2 ? 'Karel Dvořák' : null },
    ...{ status, scheduledFor: status === 'scheduled' ? later : null },
  })),
  solved: [{ ...ticket, reopenUntil: later }],
  late_reply: [{ ...ticket, earlier: 'P-100000' }],
  cc_added: [{ ...ticket, by: 'Jana Nováková' }],
  link_renewed: [ticket],
  late_reply_notice: [{ number: 'P-100000', title: 'Re: Printer on fire', address: 'support@example.com' }],
  client_wrote: TicketPriority.options.map((priority, index) => ({
    ...{
      ...forStaff,
      priority,
      author: 'Jana Nováková',
      address: 'jana@client.example',
      organization: index === 2 ? '' : 'Client s.r.o.',
    },
    message: { text: 'It burns.\nPlease help.', html: null },
    ...(index % 2 ? { cut: true, files: 'fire.jpg, plan.pdf' } : { cut: false, files: '' }),
    ...{ unproved: index === 2, opened: index === 0, proposed: index === 3 ? 'eva@elsewhere.example' : '' },
  })),
  digest: [
    { numberedTitle: ticket.numberedTitle, answerable: true, asked: '', choice: '', tickets: [stopped] },
    ...(['', 'hourly', 'daily'] as const).map((asked) => ({
      ...{ numberedTitle: '', answerable: false, asked, choice: asked && `${stopped.page}#notify` },
      tickets: [stopped, { ...stopped, page: '' }],
    })),
  ],
  staff_digest: [
    ...(['reply', 'note', ''] as const).map((answer) => ({
      ...{ numberedTitle: ticket.numberedTitle, answer, tickets: [{ ...stopped, page: forStaff.page }] },
    })),
    { numberedTitle: '', answer: '', tickets: [{ ...stopped, page: forStaff.page }, stopped] },
  ],
  assigned: TicketPriority.options.map((priority, index) => ({
    ...{ ...forStaff, by: 'Eva Malá', priority, organization: index % 2 ? 'Client s.r.o.' : '' },
  })),
  cc_proposed: [{ ...forStaff, by: 'Jana Nováková', proposed: 'eva@elsewhere.example, jan@elsewhere.example' }],
  mentioned: [{ ...forStaff, by: 'Eva Malá', message: { text: '@karel, please call them.', html: null } }],
  delivery_failed: [
    { ...forStaff, address: 'jana@client.example', reason: '550 5.1.1 User unknown', late: false },
    { ...forStaff, address: 'jana@client.example', reason: '451 4.7.1 Greylisted', late: true },
  ],
  letter_held: [
    {
      mailbox: 'Support',
      address: 'support@example.com',
      title: 'Printer on fire',
      arrived: new Date('2026-01-02T03:04:05Z'),
      page: 'https://support.example.com/authorize/0123456789012345678901234567890123456789012',
      validUntil: new Date('2026-01-05T03:04:05Z'),
    },
  ],
}

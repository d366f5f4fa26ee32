import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { NoticeKind } from '@podatelna/contracts'
import {
  againAs,
  bounceAddress,
  type Conversation,
  composeLetter,
  loopToken,
  type Mailbox,
  makeToken,
  openSigner,
  plusAddress,
  readToken,
  type Signer,
  uuidAsNumber,
} from '@podatelna/mail'
import { loadTemplates, type NoticeValues, type Templates } from '@podatelna/notices'
import type { App } from '@podatelna/process'
import { newId } from '@podatelna/store'
import { type DigestLine, digestLine } from './digest-line.ts'
import { asOutgoing, type ReplyFile } from './enclosures.ts'
import type { SendingMailbox } from './mailbox.ts'
import type { OwnWords } from './own-words.ts'

/** A notice to one recipient, decided but not yet written. */
export type Notice = { [Kind in NoticeKind]: { kind: Kind; values: NoticeValues[Kind] } & Circumstances }[NoticeKind]

/** A notice as the bytes that will be sent, and shown, and after a crash sent again. */
export type Letter = {
  id: string
  kind: NoticeKind
  to: string
  subject: string
  /** Without angle brackets, as everywhere. */
  messageId: string
  /** Empty for MAIL FROM:<>. */
  envelopeFrom: string
  source: Buffer
  about: About
  /** Address of the mailbox it is from. */
  mailbox: string
  /** What a digest says of it, should it be stopped. */
  line: DigestLine
}

/** What all letters of this instance have in common: templates, tokens, signature. */
export type Letterhead = {
  publicUrl: string
  mailDomain: string
  /** IANA name of the zone that its readers' clocks show. */
  timeZone: string
  /** Link to the page where a participant reads their ticket, answers and leaves. */
  pageOf(serial: bigint): string
  /** Says which files a scanner keeps back. */
  scanning: Pick<App['settings'], 'CLAMD' | 'CLAMD_AWAY'>
  /** @param contents bytes of the notice's files */
  write(notice: Notice, contents?: ReadonlyMap<string, Buffer>): Promise<Letter>
  /** One that was written before, as a letter of its own: under another Message-ID, and with a bounce address of its own. */
  again(sent: Sent): Letter
  /** The seat that a letter of ours was written for, by its Message-ID; undefined when that is no token of ours any more. */
  seatIn(messageId: string): bigint | undefined
}

/** `seat` is what its thread token carries. */
export type Sent = Omit<Letter, 'messageId' | 'envelopeFrom'> & { seat: bigint }

/** @throws Error when a template is broken or the DKIM key cannot sign */
export async function openLetterhead(
  { settings, keys }: Pick<App, 'settings' | 'keys'>,
  ownWords?: OwnWords,
): Promise<Letterhead> {
  const templates = loadTemplates(settings.TIME_ZONE)
  const { PUBLIC_URL: publicUrl, MAIL_DOMAIN: mailDomain } = settings
  const sign = dkimSigner(settings)
  const token = loopToken(keys, mailDomain)
  const parts: Parts = { templates, ownWords, keys, publicUrl, mailDomain, loopToken: token, sign }
  const pageOf = (serial: bigint) => `${publicUrl}/t/${makeToken(keys, 'page', serial)}`
  const common = { publicUrl, mailDomain, timeZone: settings.TIME_ZONE, pageOf, scanning: settings }
  return {
    ...common,
    write: (notice, contents = new Map()) => write(parts, notice, contents),
    again: (sent) => again(parts, sent),
    seatIn: (messageId) => readToken(keys, 'thread', messageId.split('.')[0]!),
  }
}

async function write(parts: Parts, notice: Notice, contents: ReadonlyMap<string, Buffer>): Promise<Letter> {
  const { keys } = parts
  const { kind, mailbox, to, participant, agent } = notice
  const id = newId()
  const seat = participant ?? agent
  const token = seat && makeToken(keys, 'thread', seat.serial)
  const messageId = newMessageId(parts, token)
  const { text, html, subject, language } = await render(parts, notice)
  const source = await composeLetter({
    from: mailbox,
    to,
    replyTo: token && plusAddress(mailbox.address, token),
    subject,
    messageId,
    date: new Date(),
    thread: notice.thread,
    conversation: notice.conversation,
    leave: leaveOf(parts, notice),
    automatic: notice.automatic,
    loopToken: parts.loopToken,
    language,
    text,
    html,
    files: notice.files?.map((file) => asOutgoing(file, contents)),
  })
  // A letter to one who may not have written to us must cause no bounce either (RFC 3834 §3.3).
  const returns = seat !== undefined || kind === 'digest' || kind === 'staff_digest'
  const envelopeFrom = returns ? bounceAddressOf(parts, id) : ''
  const about = { ...notice.about, participantId: participant?.id, agentId: agent?.id ?? notice.about.agentId }
  const line = digestLine(notice, subject, text)
  const sent = { subject, messageId, envelopeFrom, source: parts.sign(source) }
  return { id, kind, to: to.address, ...sent, about, mailbox: mailbox.address, line }
}

function again(parts: Parts, { seat, ...sent }: Sent): Letter {
  const messageId = newMessageId(parts, makeToken(parts.keys, 'thread', seat))
  const source = parts.sign(againAs(sent.source, { messageId, date: new Date() }))
  return { ...sent, messageId, envelopeFrom: bounceAddressOf(parts, sent.id), source }
}

function newMessageId({ mailDomain }: Parts, token: string | undefined): string {
  return `${token ? `${token}.` : ''}${randomBytes(10).toString('hex')}@${mailDomain}`
}

function bounceAddressOf({ keys, mailDomain }: Parts, id: string): string {
  return bounceAddress(makeToken(keys, 'bounce', uuidAsNumber(id)), mailDomain)
}

/** In the mailbox's own words where it has some that can be used. */
async function render({ templates, ownWords }: Parts, { kind, language, values, mailbox }: Notice) {
  const own = mailbox.templates ? await ownWords?.find(mailbox, kind, language) : undefined
  const { fault, ...rendered } = templates.render(kind, language, values, mailbox, own?.compiled)
  if (own && fault) await ownWords?.failed(own, { mailbox: mailbox.address, kind, language }, fault)
  return rendered
}

/** Only people in copy may leave: the one who asked has to hear of their ticket. */
function leaveOf({ keys, publicUrl }: Parts, { participant, mailbox, conversation }: Notice) {
  if (!participant?.mayLeave || !conversation) return undefined
  const list = `${conversation.name}.${mailbox.address.replace('@', '.')}`.toLowerCase()
  return { list, url: `${publicUrl}/t/${makeToken(keys, 'leave', participant.serial)}/leave` }
}

function dkimSigner({ DKIM_SELECTOR, DKIM_KEY_FILE, MAIL_DOMAIN }: App['settings']): Signer {
  const keys = DKIM_SELECTOR.map((selector, at) => {
    return { selector, privateKey: readFileSync(DKIM_KEY_FILE[at]!, 'utf8') }
  })
  try {
    return openSigner(MAIL_DOMAIN, keys)
  } catch (error) {
    throw new Error(`DKIM_KEY_FILE and DKIM_SELECTOR cannot sign mail: ${(error as Error).message}.`)
  }
}

type Circumstances = {
  language: string
  mailbox: SendingMailbox
  to: Mailbox
  /** Whose thread token the letter carries; absent for a letter that belongs to no ticket. */
  participant?: { id: string; serial: bigint; mayLeave: boolean } | undefined
  /** The ticket as a conversation; `name` is its number. */
  conversation?: (Conversation & { name: string }) | undefined
  /** The same, of a notice to staff. */
  agent?: { id: string; serial: bigint } | undefined
  /** Message-IDs of the conversation up to the letter this one answers. */
  thread: string[]
  /** Of the message it brings. */
  files?: ReplyFile[] | undefined
  automatic?: 'auto-replied' | 'auto-generated' | undefined
  about: About
}

type About = {
  ticketId?: string | undefined
  participantId?: string | null | undefined
  agentId?: string | null | undefined
  causedById?: string | null | undefined
  mailId?: string | null | undefined
}
type Parts = {
  templates: Templates
  ownWords: OwnWords | undefined
  keys: readonly string[]
  publicUrl: string
  mailDomain: string
  loopToken: string
  sign: Signer
}

/** The connection to somebody's IMAP server: what it may be asked, and how it tells of news. */
import { setTimeout as delay } from 'node:timers/promises'
import type { ImapAccount, Settings } from '@podatelna/runtime'
import { ImapFlow } from 'imapflow'

export type Connection = {
  client: ImapFlow
  /** Marks a letter as done with, as IMAP_DONE says. Rejects when the server does not. */
  finish(uid: number): Promise<void>
  /** Marks it for people and for ourselves as one that cannot be taken. */
  flag(uid: number): Promise<void>
  /** UIDs of all letters to be taken, oldest first. */
  waiting(): Promise<number[]>
  /** Resolves when letters came, when it is `over`, or after so many ms; rejects when the connection has ended. */
  news(ms: number, over: AbortSignal): Promise<void>
  /** Of a letter, for as long as the server gives UIDs their meaning (UIDVALIDITY, RFC 9051 §2.3.1.1). */
  nameOf(uid: number): string
  close(): Promise<void>
}

export async function connect(
  account: ImapAccount,
  done: Settings['IMAP_DONE'],
  over: AbortSignal,
): Promise<Connection> {
  const client = new ImapFlow({
    host: account.host,
    port: account.port,
    secure: account.tls === 'from the start',
    ...(account.tls === 'STARTTLS' ? { doSTARTTLS: true } : {}),
    auth: { user: account.user, pass: account.password },
    clientInfo: { name: 'Podatelna' },
    logger: false,
    connectionTimeout: 30_000,
    // Silence this long while an answer is due, or while idling, ends the connection; `lookEveryMs` keeps it shorter.
    socketTimeout: 300_000,
  })
  const bell = new Doorbell()
  let trouble: Error | undefined
  client.on('error', (error: Error) => {
    trouble = error
  })
  client.on('exists', () => bell.ring())
  client.on('close', () => bell.ring())
  const folder = done === 'seen' ? undefined : done.slice('move:'.length)
  const mailbox = await enter(client, account.folder, folder, over)
  const must = async (answer: Promise<unknown>, sentence: string) => {
    if (!(await answer)) throw trouble ?? new Error(sentence)
  }
  return {
    client,
    finish: (uid) =>
      folder
        ? must(client.messageMove(`${uid}`, folder, { uid: true }), `the letter cannot be moved to ${folder}`)
        : must(client.messageFlagsAdd(`${uid}`, ['\\Seen'], { uid: true }), 'the letter cannot be marked as seen'),
    flag: async (uid) => {
      await client.messageFlagsAdd(`${uid}`, ['\\Flagged', failedKeyword], { uid: true })
    },
    waiting: async () => {
      const query = { deleted: false, unKeyword: failedKeyword, ...(folder ? {} : { seen: false }) }
      const uids = await client.search(query, { uid: true })
      if (!uids) throw trouble ?? new Error('the server does not say which letters there are')
      return uids.sort((a, b) => a - b)
    },
    news: async (ms, over) => {
      if (over.aborted) return
      // The next command ends it; whether it ended well, that command will tell.
      client.idle().catch(() => {})
      await bell.wait(ms, over)
      if (!client.usable) throw trouble ?? new Error('the connection ended')
    },
    nameOf: (uid) => `${mailbox.uidValidity} ${uid}`,
    close: async () => {
      if (client.usable) await Promise.race([client.logout().catch(() => {}), delay(farewellMs)])
      client.close()
    },
  }
}

async function enter(client: ImapFlow, from: string, to: string | undefined, over: AbortSignal) {
  const leave = () => client.close()
  over.addEventListener('abort', leave)
  try {
    await client.connect()
    // Asked first: not every server says by a code (ALREADYEXISTS, RFC 5530) that it is there.
    if (to) await client.status(to, { uidNext: true }).catch(() => client.mailboxCreate(to))
    return await client.mailboxOpen(from)
  } catch (error) {
    client.close()
    throw error
  } finally {
    over.removeEventListener('abort', leave)
  }
}

/** Remembers that it rang while nobody was listening. */
class Doorbell {
  #rung = Promise.withResolvers<void>()

  ring(): void {
    this.#rung.resolve()
  }

  async wait(ms: number, over: AbortSignal): Promise<void> {
    const signal = AbortSignal.any([over, AbortSignal.timeout(ms)])
    const { promise, resolve } = Promise.withResolvers<void>()
    signal.addEventListener('abort', () => resolve(), { once: true })
    if (!signal.aborted) await Promise.race([this.#rung.promise, promise])
    this.#rung = Promise.withResolvers()
  }
}

const farewellMs = 2_000

/** Not every server keeps keywords (RFC 9051 §7.1, PERMANENTFLAGS); on those it lasts until we restart. */
const failedKeyword = '$PodatelnaFailed'

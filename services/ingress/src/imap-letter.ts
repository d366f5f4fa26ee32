/** One letter of a mailbox elsewhere, from its bytes to our commit; it goes through the same `admit` as one by SMTP. */
import { type Admission, admit, type Door, isOurs, judgeCollected } from '@podatelna/admission'
import { type Arrival, ArrivalReader, type Header, headerMailboxes, headerValue, headerValues } from '@podatelna/mail'
import type { ImapAccount, Settings } from '@podatelna/runtime'
import type { ImapFlow } from 'imapflow'

/**
 * - an `Admission`: it is recorded, and so done with, whatever became of it
 * - `unfit`: it can never be taken, and stays where it is for a person to look at
 * - `gone`: somebody else has deleted or moved it
 */
export type Collected = Admission | { unfit: string } | 'gone'

/** Rejects when the connection breaks, or the letter cannot be stored. */
export async function collectLetter(room: Room, uid: number): Promise<Collected> {
  const { door, account, settings } = room
  const draft = door.store.letters.begin()
  const reader = new ArrivalReader()
  try {
    for await (const part of partsOf(room.client, uid)) {
      if (part === 'gone') return 'gone'
      const size = Math.max(part.size, draft.bytes + part.bytes.length)
      if (size > settings.MAX_LETTER_BYTES) return { unfit: 'it is larger than MAX_LETTER_BYTES' }
      reader.write(part.bytes)
      await draft.write(part.bytes)
    }
    const arrival = reader.finish()
    if (arrival.headerTooLong) return { unfit: 'its header is too long' }
    const judgement = judgeCollected(arrival.header, settings.IMAP_AUTHSERV_ID)
    const rcptTo = await recipientsOf(room, arrival.header)
    if (rcptTo.length === 0) return { unfit: 'neither its recipients nor the account are a mailbox of ours' }
    return await admit(door, {
      ...{ arrival, draft, judgement, rcptTo, mailFrom: senderOf(arrival), tls: undefined },
      // The time of collection: budgets and time limits count from it, and the past has no say in them.
      receivedAt: new Date(),
      peer: { address: account.host, helo: 'IMAP' },
    })
  } finally {
    await draft.discard()
  }
}

/** Fetched without marking it as seen (BODY.PEEK), a piece at a time: memory stays flat. */
async function* partsOf(client: ImapFlow, uid: number): AsyncGenerator<{ bytes: Buffer; size: number } | 'gone'> {
  for (let start = 0; ; start += piece) {
    const query = { size: true, source: { start, maxLength: piece } }
    const found = await client.fetchOne(`${uid}`, query, { uid: true })
    if (!found && !client.usable) throw new Error('the connection broke off in the middle of the letter')
    if (!found) return yield 'gone'
    const { source: bytes = nothing, size = 0 } = found
    yield { bytes, size }
    // A server that does not know how to send a part sends all of it.
    if (bytes.length !== piece) return
  }
}

/**
 * The envelope is gone, what is left of it stands in the header. Anybody can write these fields, but they name only where
 * a letter is filed, never who wrote it; the account itself is for letters by Bcc and from lists.
 */
async function recipientsOf({ door, account }: Room, header: Header): Promise<string[]> {
  const delivered = ['delivered-to', 'x-original-to'].flatMap((name) => headerValues(header, name))
  const written = ['to', 'cc'].flatMap((name) => headerMailboxes(header, name)).map(({ address }) => address)
  const addresses = [...new Set([...delivered.map(withoutBrackets), ...written])].slice(0, mostRecipients)
  const ours = await Promise.all(addresses.map((address) => isOurs(door, address)))
  const found = addresses.filter((_, at) => ours[at])
  return found.length > 0 || !(await isOurs(door, account.user)) ? found : [account.user]
}

/** Without a Return-Path nobody said that it was a null sender, which would make the letter an automatic one. */
function senderOf({ header }: Arrival): string {
  const returnPath = headerValue(header, 'return-path')
  return returnPath === undefined ? (headerMailboxes(header, 'from')[0]?.address ?? '') : withoutBrackets(returnPath)
}

function withoutBrackets(address: string): string {
  return address.replace(/^\s*<|>\s*$/g, '').trim()
}

export type Room = { client: ImapFlow; door: Door; account: ImapAccount; settings: Settings }

/** Bytes. */
const piece = 1024 * 1024
const nothing = Buffer.alloc(0)
const mostRecipients = 200

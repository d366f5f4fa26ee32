/**
 * Tokens in mail. A token says which ticket, recipient or delivery is meant and that we wrote it ourselves. Those in
 * headers never are the authority to write anywhere (rules §1); the one in a link opens its page, and stands nowhere else.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'

/**
 * What a token points to. The kind is part of what is signed, so a token of one kind never passes as another.
 *
 * - `thread`: serial of a participant, that is of one (ticket, recipient)
 * - `page`: the same, in the link to the participant's page
 * - `leave`: the same, in the link by which a mail program leaves the ticket for them, and which opens nothing
 * - `bounce`: a delivery's UUID as a number
 */
export type TokenKind = 'thread' | 'page' | 'leave' | 'bounce'

const macBytes = 10
const idBytes = { thread: 6, page: 6, leave: 6, bounce: 16 } as const

/**
 * `id` and 80 bits of HMAC-SHA-256 over kind and id, in base32 (RFC 4648 §6, small letters): survives servers that
 * change the case of a local part, and fits into 64 characters beside any mailbox name.
 */
export function makeToken(keys: readonly string[], kind: TokenKind, id: bigint): string {
  const bytes = Buffer.from(id.toString(16).padStart(idBytes[kind] * 2, '0'), 'hex')
  return base32(Buffer.concat([bytes, mac(keys[0]!, kind, bytes)]))
}

/** The id in a token that one of the keys signed; undefined for anything else: a wrong token is as if absent. */
export function readToken(keys: readonly string[], kind: TokenKind, token: string): bigint | undefined {
  const bytes = unbase32(token)
  if (bytes?.length !== idBytes[kind] + macBytes) return undefined
  const id = bytes.subarray(0, idBytes[kind])
  const given = bytes.subarray(idBytes[kind])
  const ours = keys.some((key) => timingSafeEqual(given, mac(key, kind, id)))
  return ours ? BigInt(`0x${id.toString('hex')}`) : undefined
}

export function uuidAsNumber(uuid: string): bigint {
  return BigInt(`0x${uuid.replaceAll('-', '')}`)
}

export function numberAsUuid(number: bigint): string {
  const hex = number.toString(16).padStart(32, '0')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

function mac(key: string, kind: TokenKind, id: Buffer): Buffer {
  return createHmac('sha256', key).update(`podatelna ${kind} token\0`).update(id).digest().subarray(0, macBytes)
}

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567'

function base32(bytes: Buffer): string {
  let text = ''
  let bits = 0
  let count = 0
  for (const byte of bytes) {
    bits = (bits << 8) | byte
    for (count += 8; count >= 5; count -= 5) text += alphabet[(bits >>> (count - 5)) & 31]
    bits &= (1 << count) - 1
  }
  return count > 0 ? text + alphabet[(bits << (5 - count)) & 31] : text
}

/** Undefined for text that `base32` cannot have made, case aside. */
function unbase32(text: string): Buffer | undefined {
  if (text.length > 64) return undefined
  const bytes: number[] = []
  let bits = 0
  let count = 0
  for (const letter of text.toLowerCase()) {
    const value = alphabet.indexOf(letter)
    if (value < 0) return undefined
    bits = (bits << 5) | value
    count += 5
    if (count < 8) continue
    count -= 8
    bytes.push(bits >>> count)
    bits &= (1 << count) - 1
  }
  // What is left over is padding; other bits in it would make two texts of one token.
  return bits === 0 && count < 5 ? Buffer.from(bytes) : undefined
}

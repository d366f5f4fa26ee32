/** Who brings texts to telephones. */
import type { HeaderBytes } from './alphabet.ts'

export type Provider = {
  /** What it needs of each of several parts. */
  headerBytes: HeaderBytes
  /** False while it is known that it would take nothing. */
  isThere(): boolean
  /** Never rejects. */
  send(text: Outgoing): Promise<Answer>
  close(): Promise<void>
}

/** `taken`: parts that it took by an earlier attempt. */
export type Outgoing = { id: string; to: string; body: string; taken: number }

/**
 * What became of one attempt, in the provider's words.
 *
 * - `sent`: it took all that was left
 * - `deferred`: it did not take it, and may later
 * - `failed`: it never will
 * - `unclear`: it was given it, and said nothing: it may have it or not
 */
export type Answer = {
  outcome: 'sent' | 'deferred' | 'failed' | 'unclear'
  words: string
  /** Parts taken by this attempt, and the ids of those that have one. */
  taken: number
  ids: string[]
  /** For so many seconds it wants to be given nothing. */
  rest?: number
}

/** The last word about what it took under that id. */
export type Receipt = { providerId: string; outcome: 'delivered' | 'failed' | 'expired'; words: string }

/** A status as providers word it (SMPP 3.4, appendix B, and gateways), when it is the last word about a text. */
export function outcomeOf(status: string): Receipt['outcome'] | undefined {
  const word = status.trim().toLowerCase()
  if (/^(delivrd|delivered)$/.test(word)) return 'delivered'
  if (word === 'expired') return 'expired'
  return /^(undeliv|undelivered|undeliverable|rejectd|rejected|deleted|failed)$/.test(word) ? 'failed' : undefined
}

/** One line for staff. */
export function wordsOf(said: string): string {
  return said
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .toWellFormed()
    .slice(0, 200)
}

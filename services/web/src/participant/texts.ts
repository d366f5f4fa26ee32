import type { Language } from '@podatelna/contracts'
import { cs, de, en, italian, sk } from './languages.ts'

/** All the participant's page ever says, in one language. */
export type Texts = {
  /** `name` is the mailbox's. */
  opened: (time: string) => string
  queued: string
  in_progress: string
  waiting: string
  scheduled: string
  solved: string
  closed: string
  /** Who looks after the ticket. */
  caredForBy: (agent: string) => string
  lock: string
  locked: (agent: string) => string
  refuseLock: string
  lockRefused: string
  /** There is no lock any more that could be refused. */
  notLocked: string
  conversation: string
  empty: string
  /** Before the names of those who received a message. */
  sentTo: string
  /** What is folded in a message. */
  history: string
  signature: string
  disclaimer: string
  messageRemoved: (time: string) => string
  partRemoved: (time: string) => string
  files: string
  /** Instead of a file. */
  scanning: string
  unsafe: string
  gone: string
  answer: string
  text: string
  send: string
  sent: string
  closedNow: (address: string) => string
  people: string
  requester: string
  cc: string
  proposed: string
  /** Buttons that act on one person name them: a screen reader reads a button alone. */
  confirm: (who: string) => string
  remove: (who: string) => string
  add: string
  email: string
  addHint: string
  added: string
  proposedNow: string
  removed: string
  leave: string
  leaveHint: string
  left: string
  renew: string
  renewHint: string
  renewed: string
  badEmail: string
  tooLong: string
  refused: string
  unknownTitle: string
  unknown: string
  foreignTitle: string
  foreign: string
}

export const texts: Record<Language, Texts> = { cs, sk, it: italian, en, de }

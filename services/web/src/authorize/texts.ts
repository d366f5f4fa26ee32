import type { Language } from '@podatelna/contracts'
import { cs, de, en, italian, sk } from './languages.ts'

/** All the author's page ever says, in one language. */
export type Texts = {
  title: string
  /** `address` is the address the letters were written in the name of. */
  intro: (address: string) => string
  until: (time: string) => string
  subject: string
  received: string
  size: string
  server: string
  confirm: string
  notMe: string
  waiting: string
  confirmed: string
  with_staff: string
  released: string
  disowned: string
  expired: string
  /** The decision was made earlier and stands. */
  already: string
  /** All its letters are on the page of a newer link. */
  moved: string
  nothingWaits: string
  unknownTitle: string
  unknown: string
  expiredTitle: string
  expiredPage: string
  foreignTitle: string
  foreign: string
  whichTitle: string
  which: string
}

export const texts: Record<Language, Texts> = { cs, sk, it: italian, en, de }

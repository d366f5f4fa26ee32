import type smpp from 'smpp'
import { outcomeOf, type Receipt } from './provider.ts'

/**
 * The receipt that a message centre brings, by its fields (SMPP 3.4 §5.3.2.12, §5.3.2.35), else by the words of its text
 * (appendix B). Of the text nothing is kept: it may quote ours.
 *
 * @returns `none` for what is no receipt, that is a text to us; `interim` for one that is not the last word, or names nothing
 */
export function readReceipt(pdu: smpp.Pdu): Receipt | 'none' | 'interim' {
  if (((pdu.esm_class ?? 0) & messageType) !== receipt) return 'none'
  const { message } = pdu.short_message ?? {}
  const text = typeof message === 'string' ? message : (message?.toString('latin1') ?? '')
  const providerId = (pdu.receipted_message_id ?? word(text, 'id')).replaceAll('\0', '').trim().slice(0, 100)
  const stat = states[pdu.message_state ?? 0] ?? word(text, 'stat')
  const outcome = outcomeOf(stat)
  if (providerId === '' || outcome === undefined) return 'interim'
  const error = word(text, 'err')
  return { providerId, outcome, words: `${stat.slice(0, 20)}${/^\w{1,10}$/.test(error) ? `, error ${error}` : ''}` }
}

/** Bits of esm_class (SMPP 3.4 §5.2.12). */
const messageType = 0x3c
const receipt = 0x04

/** In the order of SMPP 3.4 §5.2.28, from 1. */
const states: Record<number, string> = Object.fromEntries(
  ['ENROUTE', 'DELIVRD', 'EXPIRED', 'DELETED', 'UNDELIV', 'ACCEPTD', 'UNKNOWN', 'REJECTD'].map((word, i) => [
    i + 1,
    word,
  ]),
)

function word(text: string, name: string): string {
  return new RegExp(`(?:^|\\s)${name}:(\\S+)`, 'i').exec(text.slice(0, 300))?.[1] ?? ''
}

/** Receipts that a person's program writes when they read a letter, where it is not the report of RFC 8098. */
import { subjectOf } from './face.ts'
import type { Header } from './headers.ts'

/** By its subject and by its words, which are the program's own. */
export function receiptEvidence(header: Header, words: string): string | undefined {
  const subject = subjectOf(header)
  return receiptSubject.test(subject) && receiptWords.test(words.slice(0, 4_000))
    ? `a receipt, subject: ${subject.slice(0, 100)}`
    : undefined
}

const receiptSubject = new RegExp(
  `^(${[
    'read|not read|read receipt|return receipt \\(displayed\\)|deleted without being read',
    'přečteno|nepřečteno|potvrzení o přečtení|prečítané|neprečítané|potvrdenie o prečítaní',
    'letto|non letto|conferma di lettura|ricevuta di (ritorno|lettura)',
    'gelesen|nicht gelesen|ungelesen|lesebestätigung|empfangsbestätigung \\(angezeigt\\)',
  ].join('|')}) ?[:-] ?\\S`,
  'iu',
)

const receiptWords = new RegExp(
  [
    'your (message|e-?mail)[^]{0,600}?\\bwas (read|displayed|opened|deleted)|return receipt (only )?(acknowledges|for the mail)',
    'vaše zpráva[^]{0,600}?\\bbyla (přečtena|zobrazena|otevřena|odstraněna)|potvrzení (pouze )?(znamená|o zobrazení)',
    'vaša správa[^]{0,600}?\\bbola (prečítaná|zobrazená|otvorená|odstránená)|potvrdenie (iba |len )?(znamená|o zobrazení)',
    'messaggio[^]{0,600}?(è stat[oa]|stat[oa]) (letto|visualizzato|aperto|eliminato)|ricevuta (di ritorno )?(attesta|conferma)',
    'nachricht[^]{0,600}?\\b(wurde|ist)\\b[^]{0,80}?(gelesen|angezeigt|geöffnet|gelöscht)|empfangsbestätigung (bestätigt|für die)',
  ].join('|'),
  'iu',
)

import { derivedDomain } from '../arrival.ts'

/** Relays cut or refuse long headers; rules §2. Includes what folding adds to each line. */
const referencesLimit = 900
const folding = '<>\r\n '.length

/**
 * True for what may stand between the angle brackets of In-Reply-To and References as it is (RFC 5322 §3.6.4). An id that
 * we derived for a letter without one is nothing its sender has ever seen.
 */
export function isMessageId(id: string): boolean {
  return id.length <= 300 && /^[!-;=?-~]+$/.test(id) && !id.endsWith(derivedDomain)
}

/** The conversation for References: its first letter and as many of the last ones as stay under 900 bytes. */
export function shortReferences(thread: readonly string[]): string[] {
  const [first, ...later] = [...new Set(thread)]
  if (first === undefined) return []
  let room = referencesLimit - 'References: '.length - first.length - folding
  const firstKept = later.findLastIndex((id) => {
    room -= id.length + folding
    return room <= 0
  })
  return [first, ...later.slice(firstKept + 1)]
}

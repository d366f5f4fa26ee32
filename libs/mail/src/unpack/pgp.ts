/** PGP is recognised, not read: there are no keys here. RFC 3156, and the armour of RFC 9580 §6.2 within a text. */
export type Armour = 'signed' | 'encrypted'

/** Undefined when the text has none of its own; what is quoted is not. */
export function armourIn(text: Buffer): Armour | undefined {
  for (let at = text.indexOf(begin); at >= 0; at = text.indexOf(begin, at + begin.length)) {
    if (at > 0 && text[at - 1] !== 0x0a) continue
    const what = text.toString('latin1', at + begin.length, at + begin.length + 20)
    if (what.startsWith('SIGNED MESSAGE-----')) return 'signed'
    if (what.startsWith('MESSAGE-----')) return 'encrypted'
  }
}

const begin = '-----BEGIN PGP '

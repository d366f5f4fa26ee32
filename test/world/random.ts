/** Numbers that look random and are the same at every run (Mulberry32 by Tommy Ettinger, public domain). */
export type Random = ReturnType<typeof seeded>

export function seeded(seed: number) {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  const below = (count: number) => Math.floor(next() * count)
  return {
    next,
    below,
    chance: (probability: number) => next() < probability,
    /** From 0 to `count` - 1, of which r comes with a probability near 1 / (r + 1). */
    rank: (count: number) => Math.floor(Math.exp(next() * Math.log(count + 1))) - 1,
    /** Exponential: often little, seldom much. */
    about: (mean: number) => -Math.log(1 - next()) * mean,
    one: <Item>(items: readonly Item[]): Item => items[below(items.length)]!,
    /** One of the words, each as likely as its number says; the numbers add up to 1. */
    weighted<Word>(weights: readonly (readonly [Word, number])[]): Word {
      let left = next()
      for (const [word, weight] of weights) {
        left -= weight
        if (left < 0) return word
      }
      return weights.at(-1)![0]
    },
    /** Time-ordered UUID (RFC 9562 §5.7) of that moment. */
    id(at: number): string {
      const hex = (bits: number) =>
        below(2 ** bits)
          .toString(16)
          .padStart(bits / 4, '0')
      const time = at.toString(16).padStart(12, '0')
      return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(12)}-${(8 + below(4)).toString(16)}${hex(12)}-${hex(24)}${hex(24)}`
    },
  }
}

/**
 * Letters that could not be taken, each tried again after a longer and longer while, and given up in the end: one that
 * cannot be taken must not stand in the way of those behind it.
 */
export class Tries {
  readonly #letters = new Map<string, { count: number; due: number }>()

  /** Those that never failed come first, in their order: the next try of another may break the connection again. */
  due(letters: string[], now: number): string[] {
    const failures = (letter: string) => this.#letters.get(letter)?.count ?? 0
    return letters
      .filter((letter) => (this.#letters.get(letter)?.due ?? 0) <= now)
      .sort((one, other) => failures(one) - failures(other))
  }

  /** @returns true when that was enough */
  failed(letter: string, now: number): boolean {
    const count = (this.#letters.get(letter)?.count ?? 0) + 1
    if (count < most) this.#letters.set(letter, { count, due: now + backOff(count) })
    else this.giveUp(letter)
    return count >= most
  }

  giveUp(letter: string): void {
    this.#letters.set(letter, { count: most, due: Number.POSITIVE_INFINITY })
  }

  /** Forgets letters that are no longer there. */
  keepOnly(there: ReadonlyMap<string, unknown>): void {
    for (const letter of this.#letters.keys()) if (!there.has(letter)) this.#letters.delete(letter)
  }

  /** Until the next one is due; ms. */
  wait(now: number): number {
    return Math.min(...[...this.#letters.values()].map(({ due }) => Math.max(due - now, 0)))
  }
}

/** After the n-th failure: 1, 2, 4 … seconds, 5 minutes at most; ms. */
export function backOff(failures: number): number {
  return Math.min(1_000 * 2 ** Math.min(failures - 1, 20), 300_000)
}

/** Half an hour, until the last of them. */
const most = 13

/** For tests: what becomes of good bytes on a bad way. The order is fixed, so that a fault comes again. */
export function eachMutation(samples: Buffer[], look: (bytes: Buffer) => void): void {
  let state = 21
  const below = (limit: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
  for (let round = 0; round < 600; round++) {
    const bytes = [...samples[below(samples.length)]!]
    for (let edits = below(8); edits > 0; edits--) {
      const [at, from] = [below(bytes.length), below(bytes.length)]
      // Another byte, a piece left out, or a piece twice.
      if (below(3) > 0) bytes.splice(at, below(3), below(256))
      else bytes.splice(at, 0, ...bytes.slice(from, from + below(20)))
    }
    look(Buffer.from(below(4) > 0 ? bytes : bytes.slice(0, below(bytes.length))))
  }
}

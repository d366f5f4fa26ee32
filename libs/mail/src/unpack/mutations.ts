/** For tests: what becomes of good bytes on a bad way. The seed is fixed, so that a fault comes again. */
import fc from 'fast-check'

export function eachMutation(samples: Buffer[], look: (bytes: Buffer) => void): void {
  const edit = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), value: fc.nat(255), remove: fc.nat(3) })
  const mutation = fc.record({
    sample: fc.constantFrom(...samples),
    edits: fc.array(edit, { maxLength: 8 }),
    length: fc.double({ min: 0, max: 1.3, noNaN: true }),
  })
  fc.assert(
    fc.property(mutation, ({ sample, edits, length }) => {
      const bytes = [...sample]
      for (const { at, value, remove } of edits) bytes.splice(Math.floor(at * bytes.length), remove, value)
      look(Buffer.from(bytes.slice(0, Math.ceil(length * bytes.length))))
    }),
    { seed: 21, numRuns: 500 },
  )
}

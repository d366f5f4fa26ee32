import { companies } from '../world/companies.ts'

export type PreparedLetter = { id: string; raw: Buffer; from: string }

const { acme } = companies
export const author = acme.people[0]!

/** Those who write: so many that nobody is told more than the budgets allow, up to 24,000 letters an hour (systems.ts). */
export const authors = [
  author,
  ...Array.from({ length: 199 }, (_, i) => {
    const email = `person${i}@${acme.domain}`
    return { name: `Person ${i}`, email, as: `Person ${i} <${email}>` }
  }),
]

/** Different letters of 4 KB, of each person in turn, signed by their company. */
export async function preparedLetters(count: number): Promise<PreparedLetter[]> {
  const text = 'The quick brown fox jumps over the lazy dog, and nobody at the desk is surprised.\n'.repeat(38)
  const letters: PreparedLetter[] = []
  for (let i = 0; i < count; i++) {
    const { as: from, email } = authors[i % authors.length]!
    const id = `bench-${i}-${process.pid}@acme.cz`
    const raw = await acme.post({ from, to: 'support@desk.test', subject: id, messageId: `<${id}>`, text })
    letters.push({ id, raw, from: email })
  }
  return letters
}

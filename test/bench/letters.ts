import { companies } from '../world/companies.ts'

export type PreparedLetter = { id: string; raw: Buffer }

const { acme } = companies
export const author = acme.people[0]!

/** Different letters of 4 KB, signed by their company. */
export async function preparedLetters(count: number): Promise<PreparedLetter[]> {
  const text = 'The quick brown fox jumps over the lazy dog, and nobody at the desk is surprised.\n'.repeat(38)
  const letters: PreparedLetter[] = []
  for (let i = 0; i < count; i++) {
    const id = `bench-${i}-${process.pid}@acme.cz`
    const raw = await acme.post({ from: author.as, to: 'support@desk.test', subject: id, messageId: `<${id}>`, text })
    letters.push({ id, raw })
  }
  return letters
}

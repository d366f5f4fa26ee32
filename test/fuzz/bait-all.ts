/** Every kind of bait in every place of a letter, one letter for each: which of them are late. */
import { openReader } from '@podatelna/mail'
import { baited, baitsOf, placeNames } from './baits.ts'

const length = 60_000
const deadlineMs = 2_000

/** @returns what was late or failed, in words */
export async function baitAll(): Promise<{ letters: number; finds: string[] }> {
  const finds: string[] = []
  let letters = 0
  let now = ''
  const reader = openReader({ deadlineMs, onTrouble: (trouble) => finds.push(`${trouble}: ${now}`) })
  try {
    for (const bait of baitsOf(length)) {
      for (const place of placeNames) {
        now = `${bait.name} in ${place}`
        await reader.inspect(baited(place, bait))
        letters++
      }
    }
  } finally {
    await reader.close()
  }
  return { letters, finds }
}

/** Which legacy ticket a letter speaks of (rules §2, step 6). */
import type { api } from '@podatelna/contracts'
import type { Store } from '@podatelna/store'
import { compilePatterns, type Patterns } from './patterns.ts'

export type LegacyClue = { systemId: string; number: string }
/** Where patterns look in a letter. */
export type LegacyTexts = Record<api.LegacyField, readonly string[]>

/** Finds the first pattern, in the order of the systems' names, that a letter matches. */
export type LegacyMatcher = (texts: LegacyTexts, version: string) => Promise<LegacyClue | undefined>

/**
 * Keeps the systems compiled. `version` is read with every letter: when it is another, so are they. It begins with
 * their number.
 */
export function legacyMatcher(store: Store): LegacyMatcher {
  let known: { version: string; systems: Promise<System[]> } | undefined
  return async (texts, version) => {
    if (version === noSystems) return undefined
    if (known?.version !== version) known = { version, systems: readSystems(store) }
    const systems = await known.systems.catch((error: unknown) => {
      known = undefined
      throw error
    })
    return firstMatch(systems, texts)
  }
}

const noSystems = '0'

function firstMatch(systems: System[], texts: LegacyTexts): LegacyClue | undefined {
  for (const { id, patterns } of systems) {
    for (const { field, find } of patterns) {
      for (const text of texts[field].slice(0, 50)) {
        const number = find(text)
        if (number !== undefined) return { systemId: id, number }
      }
    }
  }
  return undefined
}

async function readSystems(store: Store): Promise<System[]> {
  const rows = await store.prisma.legacySystem.findMany({ orderBy: { name: 'asc' } })
  return rows.map(({ id, patterns }) => ({
    id,
    patterns: compilePatterns(patterns as api.LegacySystem['patterns']).patterns,
  }))
}

type System = { id: string; patterns: Patterns }

/** The list of old ticket systems, kept by administrators. Their patterns are tried on their samples before they count. */
import type { api } from '@podatelna/contracts'
import { newId, Prisma, type Store } from '@podatelna/store'
import { compilePatterns, type Problem, trySamples } from './patterns.ts'

export type LegacySystem = Prisma.LegacySystemGetPayload<object>
export type LegacyChange =
  | { ok: true; value: LegacySystem }
  | { ok: false; problem: 'not_found' | 'taken' | 'bad_pattern'; detail: string; errors?: Problem[] }

export function createLegacySystem(store: Store, system: api.NewLegacySystem): Promise<LegacyChange> {
  return save(system, () => store.prisma.legacySystem.create({ data: { id: newId(), ...system } }))
}

export async function changeLegacySystem(
  store: Store,
  id: string,
  changes: api.LegacySystemChanges,
): Promise<LegacyChange> {
  const known = await store.prisma.legacySystem.findUnique({ where: { id } })
  if (!known) return noSystem
  const system = { ...(known as unknown as api.NewLegacySystem), ...changes }
  return save(system, () => store.prisma.legacySystem.update({ where: { id }, data: changes }))
}

/** Its tickets keep their numbers. */
export async function deleteLegacySystem(store: Store, id: string): Promise<boolean> {
  const { count } = await store.prisma.legacySystem.deleteMany({ where: { id } })
  return count > 0
}

async function save(
  { name, patterns, samples }: Pick<api.NewLegacySystem, 'name' | 'patterns' | 'samples'>,
  write: () => Promise<LegacySystem>,
): Promise<LegacyChange> {
  const compiled = compilePatterns(patterns)
  const problems = compiled.problems.length > 0 ? compiled.problems : trySamples(compiled.patterns, samples)
  const [first] = problems
  if (first) {
    return { ok: false, problem: 'bad_pattern', detail: `${first.path} ${first.message}`, errors: problems }
  }
  try {
    return { ok: true, value: await write() }
  } catch (error) {
    if (!isTaken(error)) throw error
    return { ok: false, problem: 'taken', detail: `There is a legacy system ${name} already.` }
  }
}

function isTaken(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002'
}

const noSystem = { ok: false, problem: 'not_found', detail: 'There is no such legacy system.' } as const

/** `@karel` in a note: which agents its author means. */
import type { Actor } from '@podatelna/contracts'
import type { Database } from '@podatelna/store'

/** Ids of the agents a note names by address, by what stands before its `@`, or by name; never its author. */
export async function whoIsMentioned(database: Database, text: string, by: Actor): Promise<string[]> {
  if (!text.includes('@')) return []
  const agents = await database.agent.findMany({
    where: { disabledAt: null },
    select: { id: true, name: true, email: true },
  })
  const named = mentionedIn(text, agents)
  return agents.filter(({ id, email }) => named.has(id) && email !== by.email).map(({ id }) => id)
}

/**
 * Whoever has the longest handle behind an `@`; several who have the same one are all meant. Marks and capitals do not
 * matter, nor whether a name is written with spaces, dots or neither. Pure.
 */
export function mentionedIn(text: string, agents: readonly Named[]): Set<string> {
  const handles = agents.flatMap((agent) => handlesOf(agent).map((handle) => ({ id: agent.id, handle })))
  const words = folded(text).replace(/\s+/g, ' ')
  const found = new Set<string>()
  for (const { index } of [...words.matchAll(/(?<![\p{L}\p{N}._%+-])@/gu)].slice(0, mostMentions)) {
    const behind = words.slice(index + 1, index + 1 + longestHandle)
    const fitting = handles.filter(({ handle }) => begins(behind, handle))
    const longest = Math.max(...fitting.map(({ handle }) => handle.length))
    for (const { id, handle } of fitting) if (handle.length === longest) found.add(id)
  }
  return found
}

function handlesOf({ name, email }: Named): string[] {
  const words = folded(name).split(/\s+/)
  const handles = [email, email.split('@')[0]!].map(folded)
  return [...new Set([...handles, words.join(' '), words.join('.'), words.join(''), words[0]!])].filter(Boolean)
}

/** Not `@karel` where somebody wrote `@karel.novak` or `@karel@elsewhere.example`. */
function begins(text: string, handle: string): boolean {
  return text.startsWith(handle) && !/^[.@_+-]?[\p{L}\p{N}]/u.test(text.slice(handle.length))
}

function folded(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
}

type Named = { id: string; name: string; email: string }
const mostMentions = 50
const longestHandle = 300

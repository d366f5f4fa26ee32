import dns from 'node:dns'
import { LRUCache } from 'lru-cache'

/** A mail-related DNS question: what mailauth calls for every record it needs. */
export type Resolver = (name: string, type: string) => Promise<string[] | string[][]>

// The resolver of Node gives no TTL for TXT records, so answers are kept for times short enough for any of them.
const keepAnswerMs = 60_000
const keepAbsenceMs = 30_000
const keepTroubleMs = 3_000
const absent = new Set(['ENOTFOUND', 'ENODATA'])

/**
 * A resolver on the given servers (the system's when none) that remembers answers, absences and, briefly, trouble; equal
 * questions under way are asked once. A server that does not answer costs at most about five seconds.
 */
export function createResolver(servers: readonly string[]): Resolver {
  const resolver = new dns.promises.Resolver({ timeout: 1_500, tries: 2 })
  if (servers.length > 0) resolver.setServers(servers)
  const cache = new LRUCache<string, Promise<string[] | string[][]>>({ max: 20_000 })

  return (name, type) => {
    const key = `${type} ${name.toLowerCase()}`
    const known = cache.get(key)
    if (known) return known
    const answer = resolver.resolve(name, type) as Promise<string[] | string[][]>
    cache.set(key, answer, { ttl: keepAnswerMs })
    answer.catch((error: NodeJS.ErrnoException) => {
      cache.set(key, answer, { ttl: absent.has(error.code ?? '') ? keepAbsenceMs : keepTroubleMs })
    })
    return answer
  }
}

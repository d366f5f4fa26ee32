/** Answers every mail-related DNS question, remembers what it may, and lets no letter make it a flood. */
import dns from 'node:dns'
import { LRUCache } from 'lru-cache'
import { mostAliases, type Outcome, type Question, type Values } from './resolver-answer.ts'
import { ask, readServer, type Server } from './resolver-exchange.ts'

/** What mailauth calls for every record it needs; rejects with the codes of Node's own resolver. */
export type Resolver = (name: string, type: string) => Promise<Values>

/** One try at one server, and all tries of one question, in milliseconds. */
const tryLimit = 1_500
const questionLimit = 5_000

const mostUnderWay = 200

/** Seconds: what lives shorter or longer is remembered for these times; what lives zero seconds, not at all. */
const [leastKept, mostKept, mostAbsenceKept, troubleKept] = [5, 3_600, 300, 3]

/**
 * A resolver on the given servers (the system's when none), each tried in turn; one that is silent is asked last from
 * then on. Answers and absences are kept as long as they say, trouble for a moment; equal questions are asked once.
 */
export function createResolver(servers: readonly string[]): Resolver {
  const places = (servers.length > 0 ? servers : dns.getServers()).map(readServer)
  const known = new LRUCache<string, Outcome>({ max: 20_000, maxSize: 64 * 1024 * 1024, sizeCalculation: sizeOf })
  const underWay = new Map<string, Promise<Outcome>>()
  const lane = new Lane(mostUnderWay)

  const find = (question: Question): Promise<Outcome> => {
    const key = `${question.type} ${question.name}`
    const outcome = known.get(key)
    if (outcome) return Promise.resolve(outcome)
    const asked = underWay.get(key) ?? lane.run(() => follow(places, question)).catch(() => ({ trouble: 'EBADQUERY' }))
    if (!underWay.has(key)) {
      underWay.set(key, asked)
      void asked.then((found) => {
        underWay.delete(key)
        const seconds = keptFor(found)
        if (seconds > 0) known.set(key, found, { ttl: seconds * 1_000 })
      })
    }
    return asked
  }

  return async (name, type) => {
    const question = { name: name.toLowerCase().replace(/\.$/, ''), type }
    return isName(question.name) ? valuesOr(await find(question), question) : fail('EBADNAME', question)
  }
}

/** The questions of one letter: each asked once, and no more than `most`, whatever its signatures want to know. */
export function resolverFor(resolver: Resolver, most = 150): LetterResolver {
  const asked = new Map<string, Promise<Values>>()
  const troubled = new Set<string>()
  let open = true
  const answer = async (name: string, type: string) => {
    try {
      return open && asked.size < most ? await resolver(name, type) : fail('ECANCELLED', { name, type })
    } catch (error) {
      if (!absences.includes((error as NodeJS.ErrnoException).code ?? '')) troubled.add(name.toLowerCase())
      throw error
    }
  }
  return {
    troubled,
    close: () => {
      open = false
    },
    resolve: (name, type) => {
      const key = `${type} ${name.toLowerCase()}`
      const promise = asked.get(key) ?? answer(name, type)
      asked.set(key, promise)
      return promise
    },
  }
}

export type LetterResolver = {
  resolve: Resolver
  /** Names that could not be looked up, as opposed to those that are absent. */
  troubled: ReadonlySet<string>
  /** From now on nothing more is asked. */
  close(): void
}

/** Aliases that the servers did not follow themselves are followed here. */
async function follow(places: Server[], question: Question): Promise<Outcome> {
  const until = Date.now() + questionLimit
  let { name } = question
  let ttl = Number.POSITIVE_INFINITY
  for (let hops = 0; isName(name); ) {
    const outcome = await askInTurn(places, { ...question, name }, until)
    if ('trouble' in outcome) return outcome
    ttl = Math.min(ttl, outcome.ttl)
    if ('absent' in outcome) return { ...outcome, ttl }
    hops += outcome.hops
    if (hops > mostAliases) break
    if ('values' in outcome) return { ...outcome, ttl }
    name = outcome.alias
  }
  return { trouble: 'ESERVFAIL' }
}

/** Every server once, and those that were silent once more. */
async function askInTurn(places: Server[], question: Question, until: number): Promise<Outcome> {
  let last: Outcome = { trouble: 'ETIMEOUT' }
  let turn = [...places]
  for (const _round of [1, 2]) {
    const silent: Server[] = []
    for (const server of turn) {
      const left = until - Date.now()
      if (left <= 0) return last
      last = await ask(server, question, Math.min(tryLimit, left))
      if (!('trouble' in last)) return last
      if (last.trouble !== 'ETIMEOUT') continue
      silent.push(server)
      places.push(...places.splice(places.indexOf(server), 1))
    }
    turn = silent
  }
  return last
}

function valuesOr(outcome: Outcome, question: Question): Values {
  if ('values' in outcome) return [...outcome.values] as Values
  return fail('absent' in outcome ? outcome.absent : 'trouble' in outcome ? outcome.trouble : 'ESERVFAIL', question)
}

function fail(code: string, { name, type }: Question): never {
  throw Object.assign(new Error(`${type} ${name}: ${code}`), { code })
}

/** RFC 1035 §2.3.4. Printable bytes only: a NUL would end the name for some, and go on for others. */
function isName(name: string): boolean {
  return name.length <= 253 && name.split('.').every((label) => /^[ -~]{1,63}$/.test(label))
}

function keptFor(outcome: Outcome): number {
  if ('trouble' in outcome) return troubleKept
  if (outcome.ttl === 0) return 0
  return Math.min(Math.max(outcome.ttl, leastKept), 'absent' in outcome ? mostAbsenceKept : mostKept)
}

function sizeOf(outcome: Outcome, key: string): number {
  return key.length + 200 + ('bytes' in outcome ? outcome.bytes * 2 : 0)
}

const absences = ['ENOTFOUND', 'ENODATA', 'EBADNAME']

/** At most so many at a time; the others wait for their turn. */
class Lane {
  #free: number
  readonly #waiting: (() => void)[] = []

  constructor(width: number) {
    this.#free = width
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free === 0) await new Promise<void>((turn) => this.#waiting.push(turn))
    else this.#free--
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#free++
    }
  }
}

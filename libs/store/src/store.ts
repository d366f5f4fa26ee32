import { randomFillSync } from 'node:crypto'
import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { v7 } from 'uuid'
import { type Claim, claim } from './claim.ts'
import { Prisma, PrismaClient } from './generated/client.ts'
import { fileLetterStore, type LetterStore } from './letters.ts'

export { Prisma }

/** What both a client and a transaction can do; functions that write take this, so that callers choose the commit. */
export type Database = Prisma.TransactionClient
/** Runs one statement; several of one transaction when `within` made it. */
export type Queryable = { query<Row>(sql: Prisma.Sql): Promise<Row[]> }
export type Store = {
  /** For screens and administration. */
  prisma: PrismaClient
  /** For the letter's path: one prepared statement, one round trip, at half of what Prisma costs (docs/decisions). */
  query: Queryable['query']
  letters: LetterStore
  /** What one process at a time may do, by name; undefined while another has it. */
  claim(name: string): Promise<Claim | undefined>
  /** Rejects when the database does not answer. */
  ping(): Promise<void>
  close(): Promise<void>
}

/** Opens the database and the letter store. The schema must be there: see `migrate`. */
export function openStore(options: {
  databaseUrl: string
  letterFolder: string
  connections?: number
  /** A statement without an answer for so long counts as "the database is away", and its connection as broken. */
  patienceMs?: number
}): Store {
  const pool = new pg.Pool({
    connectionString: options.databaseUrl,
    max: options.connections ?? 10,
    // A door must be able to say 451 while its client still waits.
    connectionTimeoutMillis: 5_000,
    // Without it a connection that the network swallowed would be waited for until TCP gives up, after a quarter of an hour.
    query_timeout: options.patienceMs ?? 30_000,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
  })
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => {})
  const adapter = new PrismaPg(pool)
  const prisma = new PrismaClient({ adapter, errorFormat: 'minimal' })
  const names = statementNames()
  return {
    prisma,
    async query<Row>({ text, values }: Prisma.Sql) {
      const name = names(text)
      const { rows } = await pool.query({ text, values, types, ...(name && { name }) })
      return rows as Row[]
    },
    letters: fileLetterStore(options.letterFolder),
    claim: (name) => claim(options.databaseUrl, name),
    async ping() {
      await pool.query('SELECT 1')
    },
    async close() {
      await prisma.$disconnect()
      await pool.end()
    },
  }
}

/** Statements of the letter's path inside a transaction that somebody else began. */
export function within(database: Database): Queryable {
  return { query: (sql) => database.$queryRaw(sql) }
}

/**
 * Names for prepared statements: PostgreSQL then plans a statement of the letter's path once per connection instead of
 * once per letter. Only the first few hundred texts get one, so that varying ones cannot fill the server's memory.
 */
function statementNames(): (text: string) => string | undefined {
  const names = new Map<string, string>()
  return (text) => {
    if (!names.has(text) && names.size < 300) names.set(text, `podatelna_${names.size}`)
    return names.get(text)
  }
}

/** `int8` as bigint, alone and in arrays, as Prisma gives it; the driver would give text. */
const types = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (oid === pg.types.builtins.INT8) return BigInt
    if (oid === int8Array) return (text: string) => text.slice(1, -1).split(',').filter(Boolean).map(BigInt)
    return pg.types.getTypeParser(oid, format)
  },
}
const int8Array = 1016

/** Time-ordered UUID (RFC 9562 §5.7): new rows go to the end of their index. */
export function newId(): string {
  return v7({ random: randomBytes16() })
}

/** Asking the kernel for 16 bytes costs as much as asking it for 8 KiB. */
function randomBytes16(): Uint8Array {
  if (randomUsed === randomPool.length) {
    randomFillSync(randomPool)
    randomUsed = 0
  }
  randomUsed += 16
  return randomPool.subarray(randomUsed - 16, randomUsed)
}

const randomPool = new Uint8Array(8192)
let randomUsed = randomPool.length

/**
 * True when an error says that the database is away, overloaded or restarting rather than that the statement is wrong:
 * the same statement may well succeed later.
 */
export function isDatabaseAway(error: unknown): boolean {
  const texts: string[] = []
  for (let cause = error, depth = 0; cause instanceof Error && depth < 6; cause = cause.cause, depth++) {
    texts.push(String((cause as { code?: unknown }).code ?? ''), cause.message)
    texts.push(JSON.stringify((cause as { meta?: unknown }).meta ?? ''))
  }
  return awayPattern.test(texts.join('\n'))
}

// Prisma's P1xxx are connection errors, P2024 a pool time-out, P2034 a deadlock or write conflict; 08, 40, 53 and 57P
// are PostgreSQL's classes for connection, rollback, resources and operator intervention.
const awayPattern =
  /\bP1\d{3}\b|\bP2024\b|\bP2028\b|\bP2034\b|\b(08\d{3}|40001|40P01|53\d{3}|57P0\d)\b|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|Connection terminated|timeout exceeded when trying to connect|Query read timeout|the database system is|DatabaseNotReachable|ConnectionClosed|SocketTimeout|Can't reach database/

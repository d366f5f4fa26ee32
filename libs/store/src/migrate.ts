import { readFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { PrismaPg } from '@prisma/adapter-pg'
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'
import type { SchemaEngine } from '@prisma/schema-engine-wasm'
import pg from 'pg'

const prismaFolder = join(import.meta.dirname, '../../../prisma')
const noFilter = { externalTables: [], externalEnums: [] }

/** Any number will do, as long as every process takes the same one. */
const migrationLock = 7_210_041

/**
 * Brings the database to the schema of this version. Forward only; several processes may call it at once, one of
 * them works while the others wait. The engine is Prisma's own, so `prisma migrate deploy` agrees with it.
 *
 * @param upTo name of the last migration to apply: what an older version would have done
 * @returns names of the migrations that were applied now
 */
export async function migrate(databaseUrl: string, { upTo }: { upTo?: string } = {}): Promise<string[]> {
  const lock = new pg.Client({ connectionString: databaseUrl })
  // A database that dies meanwhile fails the query under way; without a listener it would end the process as well.
  lock.on('error', () => {})
  await lock.connect()
  try {
    await lock.query('SELECT pg_advisory_lock($1)', [migrationLock])
    const migrationsList = await readMigrations(upTo)
    // Most starts find nothing to do, and are spared the 5 MB engine.
    if ((await notApplied(lock, migrationsList)).length === 0) return []
    return await withEngine(databaseUrl, async (engine) => {
      const { appliedMigrationNames } = await engine.applyMigrations({ migrationsList, filters: noFilter })
      return appliedMigrationNames
    })
  } finally {
    await lock.end()
  }
}

/** Names of the migrations of this version that the database does not have. Changes nothing. */
export async function pendingMigrations(databaseUrl: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    return await notApplied(client, await readMigrations())
  } finally {
    await client.end()
  }
}

/** SQL that creates prisma/schema.prisma in an empty database: what the sum of all migrations is tested against. */
export async function schemaScript(databaseUrl: string): Promise<string> {
  return withEngine(databaseUrl, async (engine) => {
    const to = { tag: 'schemaDatamodel' as const, ...schemaFiles() }
    const { stdout } = await engine.diff({
      from: { tag: 'empty' },
      to,
      script: true,
      exitCode: null,
      filters: noFilter,
    })
    return stdout ?? ''
  })
}

async function withEngine<T>(databaseUrl: string, use: (engine: SchemaEngine) => Promise<T>): Promise<T> {
  // A pool of our own, which can be ended: the engine leaves its connection open, and on it the lock of its own.
  const pool = new pg.Pool({ connectionString: databaseUrl })
  pool.on('error', () => {})
  const adapter = bindMigrationAwareSqlAdapterFactory(new PrismaPg(pool))
  const datamodels = schemaFiles().files.map(({ path, content }): [string, string] => [path, content])
  try {
    loadedEngine ??= loadEngine()
    const { SchemaEngine } = await loadedEngine
    const engine = await SchemaEngine.new({ datamodels }, () => {}, adapter)
    try {
      return await use(engine)
    } finally {
      engine.free()
    }
  } finally {
    await pool.end()
  }
}

// Node's types leave it to the DOM's.
declare const WebAssembly: {
  instantiate(bytes: Uint8Array, imports: object): Promise<{ instance: { exports: { __wbindgen_start(): void } } }>
}

/** Loaded at most once: its bindings can speak to one instance only. */
let loadedEngine: ReturnType<typeof loadEngine> | undefined

/** The package imports its .wasm as a module, which Node still calls experimental at every start; so by hand. */
async function loadEngine() {
  const bindings = await import('@prisma/schema-engine-wasm/schema_engine_bg')
  const folder = dirname(createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm'))
  const wasm = await readFile(join(folder, 'schema_engine_bg.wasm'))
  const { instance } = await WebAssembly.instantiate(wasm, { './schema_engine_bg.js': bindings })
  bindings.__wbg_set_wasm(instance.exports)
  instance.exports.__wbindgen_start()
  return bindings
}

async function readMigrations(upTo?: string) {
  const baseDir = join(prismaFolder, 'migrations')
  const folders = (await readdir(baseDir, { withFileTypes: true })).filter((entry) => entry.isDirectory())
  const migrationDirectories = await Promise.all(
    folders
      .map((folder) => folder.name)
      .filter((name) => upTo === undefined || name <= upTo)
      .sort()
      .map(async (path) => ({
        path,
        migrationFile: {
          path: 'migration.sql',
          content: { tag: 'ok' as const, value: await readFile(join(baseDir, path, 'migration.sql'), 'utf8') },
        },
      })),
  )
  const lockfile = { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' }
  return { baseDir, lockfile, shadowDbInitScript: '', migrationDirectories }
}

async function notApplied(client: pg.Client, list: Awaited<ReturnType<typeof readMigrations>>): Promise<string[]> {
  const names = list.migrationDirectories.map((directory) => directory.path)
  const table = await client.query(`SELECT to_regclass('_prisma_migrations') AS name`)
  if (table.rows[0].name === null) return names
  const applied = await client.query(`SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL`)
  const known = new Set(applied.rows.map((row) => row.migration_name))
  return names.filter((name) => !known.has(name))
}

function schemaFiles() {
  const path = join(prismaFolder, 'schema.prisma')
  return { files: [{ path, content: readFileSync(path, 'utf8') }] }
}

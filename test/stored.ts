/** Everything an installation holds, searched through: no column and no file is left out, whoever adds one. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { letterFolder } from '@podatelna/runtime'
import pg from 'pg'
import type { Desk } from './desk.ts'

/**
 * Where a word stands: `table.column`, or the path of a file in the letter store. Case does not matter, and bytes are read
 * as mail programs do: as they are, and what is quoted-printable or base64 in them decoded.
 */
export async function whereStored(desk: Desk, word: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: desk.podatelna.databaseUrl })
  await client.connect()
  try {
    return [...(await inTables(client, word)), ...(await inFiles(letterFolder(desk.podatelna.app.settings), word))]
  } finally {
    await client.end()
  }
}

async function inTables(client: pg.Client, word: string): Promise<string[]> {
  const { rows: columns } = await client.query(`
    SELECT table_name AS "table", column_name AS "column", data_type = 'bytea' AS bytes
    FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
    WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY 1, 2`)
  const found: string[] = []
  for (const { table, column, bytes } of columns) {
    const { rows } = await client.query(`SELECT "${column}"${bytes ? '' : '::text'} AS value FROM "${table}"`)
    if (rows.some(({ value }) => value !== null && has(value, word))) found.push(`${table}.${column}`)
  }
  return found
}

async function inFiles(folder: string, word: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const files = names.filter((name) => name.isFile()).map((name) => join(name.parentPath, name.name))
  const found = await Promise.all(files.map(async (file) => ((await hasFile(file, word)) ? [file] : [])))
  return found.flat()
}

async function hasFile(file: string, word: string): Promise<boolean> {
  return has(await readFile(file), word)
}

function has(value: string | Buffer, word: string): boolean {
  const texts = typeof value === 'string' ? [value] : readings(value)
  return texts.some((text) => text.toLowerCase().includes(word.toLowerCase()))
}

function readings(bytes: Buffer): string[] {
  const written = bytes.toString('latin1')
  const base64 = written.match(/[A-Za-z0-9+/=\r\n]{8,}/g) ?? []
  const decoded = [bytes, unquoted(written), ...base64.map((run) => Buffer.from(run, 'base64'))]
  return decoded.map((reading) => reading.toString())
}

/** Of bodies and of header words alike. */
function unquoted(written: string): Buffer {
  const joined = written.replace(/=\r?\n/g, '').replace(/\?=\s+=\?[\w-]+\?q\?/gi, '')
  return Buffer.from(
    joined.replace(/=([0-9A-F]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  )
}

import pg from 'pg'

/** Something that one process at a time may do. */
export type Claim = {
  /** Aborted when the connection that holds it breaks: somebody else may have it from then on. */
  lost: AbortSignal
  release(): Promise<void>
}

/**
 * An advisory lock held by a connection of its own: it ends with the process, however that ends. While a broken connection
 * goes unnoticed two may have it, so what is done under it must be harmless when done twice.
 *
 * @returns undefined while somebody else has it
 */
export async function claim(databaseUrl: string, name: string): Promise<Claim | undefined> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5_000, keepAlive: true })
  const lost = new AbortController()
  for (const event of ['error', 'end'] as const) client.on(event, () => lost.abort())
  const release = () => client.end().catch(() => {})
  try {
    await client.connect()
    const { rows } = await client.query('SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS mine', [name])
    if (rows[0].mine) return { lost: lost.signal, release }
  } catch (error) {
    await release()
    throw error
  }
  await release()
  return undefined
}

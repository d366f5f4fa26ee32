import pg from 'pg'

/**
 * Lets time pass for an installation: everything it remembers happened, or is due, that much earlier. To its processes,
 * which read the clock of the machine, that is the same as if the clock had moved on.
 *
 * @param interval as PostgreSQL writes it, for instance `15 days`; negative for a clock that was set back
 */
export async function letTimePass(databaseUrl: string, interval: string): Promise<void> {
  const database = new pg.Client({ connectionString: databaseUrl })
  await database.connect()
  try {
    const { rows } = await database.query<{ table: string; shift: string }>(timesOfEveryTable)
    await database.query('BEGIN')
    // Neither a ticket's version nor anything else changes by it.
    await database.query('SET LOCAL session_replication_role = replica')
    for (const { table, shift } of rows) {
      await database.query(`UPDATE ${table} SET ${shift.replaceAll('$', `interval '${interval}'`)}`)
    }
    await database.query('COMMIT')
  } finally {
    await database.end()
  }
}

const timesOfEveryTable = `
  SELECT format('%I', table_name) AS table,
    string_agg(format(CASE data_type
      WHEN 'ARRAY' THEN '%1$I = (SELECT coalesce(array_agg(at - $ ORDER BY n), ''{}'') FROM unnest(%1$I) WITH ORDINALITY u (at, n))'
      ELSE '%1$I = %1$I - $' END, column_name), ', ' ORDER BY ordinal_position) AS shift
  FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
  WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name NOT LIKE '\\_prisma%'
    AND (data_type = 'timestamp with time zone' OR udt_name = '_timestamptz')
  GROUP BY table_name ORDER BY table_name`

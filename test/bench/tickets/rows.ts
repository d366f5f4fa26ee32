/** Rows as COPY reads them. */

type Value = string | number | boolean | Date | Buffer | object | null
type Row = Record<string, Value>

/**
 * By table, each with the moment it was written at, by which rows lie on the disk. `row` is asked for when all rows are
 * known: a later ticket may still change an earlier one. All rows of a table name the same columns in the same order.
 */
export type Rows = Map<string, { at: number; row: () => Row }[]>

export function put(rows: Rows, table: string, at: number, row: () => Row): void {
  const known = rows.get(table)
  if (known) known.push({ at, row })
  else rows.set(table, [{ at, row }])
}

export function columnsOf(rows: { row: () => Row }[]): string {
  return Object.keys(rows[0]!.row()).join(', ')
}

/** One row in COPY's text format. */
export function copyLine(row: Row): string {
  return Object.values(row).map(copyValue).join('\t')
}

function copyValue(value: Value): string {
  if (value === null) return '\\N'
  if (typeof value === 'string') return escaped(value)
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Buffer) return `\\\\x${value.toString('hex')}`
  return typeof value === 'object' ? escaped(JSON.stringify(value)) : String(value)
}

function escaped(text: string): string {
  return /[\\\t\n\r]/.test(text) ? text.replace(/[\\\t\n\r]/g, (letter) => escapes[letter]!) : text
}

const escapes: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }

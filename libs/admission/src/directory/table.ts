/** Tables as administrators have them: CSV files with a line of column names. */
import { parse } from 'csv-parse/sync'
import { type Change, done, refuse } from './directory.ts'

/** Which columns a table must have, and all that it may have. */
export type Columns = { needed: readonly string[]; all: readonly string[] }
/** `line` counts from 1, the line of names included. `problem` goes on after "This line". */
export type Row = { line: number; fields: Record<string, string> } | { line: number; problem: string }
export type Table = { rows: Row[]; ignored: string[] }

/** The rows of a CSV file; spreadsheets of half of Europe separate columns by semicolons. */
export function readTable(csv: string, columns: Columns): Change<Table> {
  const lines: Line[] = []
  try {
    parse(csv, {
      bom: true,
      trim: true,
      delimiter: [',', ';', '\t'].find((mark) => csv.split('\n', 1)[0]?.includes(mark)) ?? ',',
      relax_column_count: true,
      skip_empty_lines: true,
      on_record: (cells: string[], { lines: line }) => void lines.push({ line, cells }),
    })
  } catch {
    return refuse(
      'unreadable',
      'This is not a CSV file: a quotation mark is opened and not closed, or closed too early.',
    )
  }
  const [header, ...rest] = lines
  return nameColumns(header?.cells.map((name) => name.toLowerCase()) ?? [], rest, columns)
}

function nameColumns(names: string[], lines: Line[], { needed, all }: Columns): Change<Table> {
  const missing = needed.filter((name) => !names.includes(name))
  if (missing.length > 0) {
    const detail = `The first line must name the columns ${all.join(', ')}; there is no ${missing.join(', ')}.`
    return refuse('unreadable', detail)
  }
  const rows = lines.map(({ line, cells }): Row => {
    if (cells.length !== names.length) return { line, problem: 'has more or fewer columns than the first line.' }
    return { line, fields: Object.fromEntries(names.map((name, index) => [name, cells[index] ?? ''])) }
  })
  return done({ rows, ignored: names.filter((name) => !all.includes(name)) })
}

type Line = { line: number; cells: string[] }

/** The plans PostgreSQL really ran, by auto_explain: every statement of every service, with its buffers. */
import pg from 'pg'

export type Plan = {
  /** What was being done meanwhile, and which time it was done. */
  during: string
  act: number
  statement: string
  ms: number
  /** Pages of 8 KiB that were touched, cached or not. */
  buffers: number
  /** `Index Scan using tickets_pkey on tickets`, in the order of the plan. */
  scans: string[]
  /** Tables that were read from end to end. */
  wholeTables: string[]
}

/** The same database, in whose sessions each statement tells its plan. */
export function explainedUrl(databaseUrl: string): string {
  const url = new URL(databaseUrl)
  const settings = {
    session_preload_libraries: 'auto_explain',
    ...{ 'auto_explain.log_min_duration': '0', 'auto_explain.log_level': 'notice', 'auto_explain.log_format': 'json' },
    ...{ 'auto_explain.log_analyze': 'on', 'auto_explain.log_buffers': 'on', 'auto_explain.log_timing': 'off' },
    'auto_explain.log_parameter_max_length': '0',
  }
  url.searchParams.set(
    'options',
    Object.entries(settings)
      .map(([name, value]) => `-c ${name}=${value}`)
      .join(' '),
  )
  return url.href
}

/** Hears the plans of all sessions of this process that `explainedUrl` opened, until `stop`. */
export function hearPlans() {
  const plans: Plan[] = []
  let [now, act] = ['', 0]
  const { connect } = pg.Client.prototype
  pg.Client.prototype.connect = function (this: pg.Client, ...args: never[]) {
    this.on('notice', ({ message }) => {
      const plan = message && readPlan(message)
      if (plan && now !== '') plans.push({ ...plan, during: now, act })
    })
    return Reflect.apply(connect, this, args)
  } as typeof connect
  return {
    plans,
    /** Says what is done from now on; before the first time nothing is kept. */
    during(what: string): void {
      now = what
      act++
    },
    stop() {
      pg.Client.prototype.connect = connect
    },
  }
}

function readPlan(message: string): Omit<Plan, 'during' | 'act'> | undefined {
  const [, ms, json] = /^duration: ([\d.]+) ms {2}plan:\s*(\{.*\})\s*$/s.exec(message) ?? []
  if (!ms || !json) return undefined
  const { 'Query Text': statement, Plan: root } = JSON.parse(json) as { 'Query Text': string; Plan: Node }
  // What EXPLAIN alone was asked about did not run.
  const nodes = [...nodesOf(root)].filter((node) => (node['Actual Loops'] ?? 0) > 0)
  return {
    ...{ statement, ms: Number(ms) },
    buffers: (root['Shared Hit Blocks'] ?? 0) + (root['Shared Read Blocks'] ?? 0),
    scans: nodes.flatMap((node) => scanOf(node) ?? []),
    wholeTables: nodes.flatMap((node) => (node['Node Type'] === 'Seq Scan' ? (node['Relation Name'] ?? []) : [])),
  }
}

function* nodesOf(node: Node): Generator<Node> {
  yield node
  for (const below of node.Plans ?? []) yield* nodesOf(below)
}

function scanOf(node: Node): string | undefined {
  const { 'Node Type': type, 'Index Name': index, 'Relation Name': table } = node
  if (!type.includes('Scan') || (!index && !table)) return undefined
  return [type, index && `using ${index}`, table && `on ${table}`].filter(Boolean).join(' ')
}

type Node = {
  'Node Type': string
  'Relation Name'?: string
  'Index Name'?: string
  'Actual Loops'?: number
  'Shared Hit Blocks'?: number
  'Shared Read Blocks'?: number
  Plans?: Node[]
}

/** Tables whose size grows with the desk: reading one from end to end is a fault in a hot path. */
export async function bigTables(databaseUrl: string): Promise<Set<string>> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  const { rows } = await client.query(`SELECT relname FROM pg_class WHERE relkind = 'r' AND reltuples >= 10000`)
  await client.end()
  return new Set(rows.map(({ relname }) => relname))
}

/** Whose the tickets of an old system were, as far as somebody has a list of them. */
import { api } from '@podatelna/contracts'
import { Prisma, type Store } from '@podatelna/store'

/** One line of the list: `organization` is an id or a name. `problem`: it cannot be read, and why. */
export type ListedTicket = { line: number; number: string; organization: string } | { line: number; problem: string }

/**
 * Takes the list over. Each line stands for itself; a number that is known already goes to the organization that the list
 * names, so importing a list twice is harmless.
 *
 * @returns what became of each line; undefined when there is no such system
 */
export async function importLegacyTickets(
  store: Store,
  systemId: string,
  list: readonly ListedTicket[],
): Promise<api.ImportedLegacyTicket[] | undefined> {
  const system = await store.prisma.legacySystem.findUnique({ where: { id: systemId }, select: { id: true } })
  if (!system) return undefined
  const lines = readLines(list, await findOrganizations(store, list))
  const owned = lines.flatMap((line) => ('outcome' in line ? [] : line))
  const outcomes = new Map<number, Outcome>()
  for (let from = 0; from < owned.length; from += batch) {
    for (const { line, ...row } of await write(store, systemId, owned.slice(from, from + batch))) {
      outcomes.set(line, outcomeOf(row))
    }
  }
  return lines.map((read) => {
    return 'outcome' in read ? read : { line: read.line, number: read.number, ...(outcomes.get(read.line) ?? gone) }
  })
}

/** Enough that a hundred thousand lines take seconds, and few enough that nobody waits for one of them. */
const batch = 5_000

/** Names are compared without case, as when contacts are imported. */
async function findOrganizations(store: Store, list: readonly ListedTicket[]): Promise<Owners> {
  const named = [...new Set(list.flatMap((line) => ('problem' in line ? [] : nameOf(line))))]
  const rows = await store.query<{ name: string; ids: string[] }>(Prisma.sql`
    SELECT named.name, array_agg(o.id::text) AS ids
    FROM unnest(${named}::text[]) AS named (name)
    JOIN (SELECT id, lower(name) AS key FROM organizations UNION ALL SELECT id, id::text FROM organizations) o
      ON o.key = lower(named.name)
    GROUP BY named.name`)
  return new Map(rows.map(({ name, ids }) => [name, ids]))
}

function readLines(list: readonly ListedTicket[], owners: Owners): (Owned | api.ImportedLegacyTicket)[] {
  const seen = new Map<string, Owned>()
  return list.map((listed) => {
    const read = readLine(listed, owners)
    if ('outcome' in read) return read
    const before = seen.get(read.number)
    if (!before) {
      seen.set(read.number, read)
      return read
    }
    const place = { line: read.line, number: read.number }
    return before.organizationId === read.organizationId
      ? { ...place, outcome: 'unchanged', detail: `As in line ${before.line}.` }
      : { ...place, outcome: 'failed', detail: `Line ${before.line} says that it is another organization's.` }
  })
}

function readLine(listed: ListedTicket, owners: Owners): Owned | api.ImportedLegacyTicket {
  const { line } = listed
  if ('problem' in listed) return { line, number: '', outcome: 'failed', detail: `This line ${listed.problem}` }
  const number = LegacyNumber.safeParse(listed.number, { error: api.sentence })
  const failed = (detail: string) => ({ line, number: listed.number.slice(0, 100), outcome: 'failed' as const, detail })
  if (!number.success) return failed(`number ${number.error.issues[0]?.message}`)
  const name = nameOf(listed)
  if (name === '') return failed('organization may not be empty.')
  const [organizationId, namesake] = owners.get(name) ?? []
  if (organizationId === undefined) return failed(`There is no organization ${name}.`)
  if (namesake !== undefined) return failed(`There are two organizations named ${name}: write the id of one.`)
  return { line, number: number.data, organizationId }
}

/** As long as patterns read one. */
const LegacyNumber = api.line(100)

/** PostgreSQL holds no NUL; a name with one is nobody's. */
function nameOf({ organization }: { organization: string }): string {
  return organization.trim().slice(0, 200).toWellFormed().replaceAll('\0', '\ufffd')
}

/** Always in the same order: two imports at once would wait for each other. */
function write(store: Store, systemId: string, lines: Owned[]): Promise<Written[]> {
  return store.query<Written>(Prisma.sql`
    WITH listed AS (
      SELECT l.line, l.number, o.id AS organization_id
      FROM unnest(${lines.map(({ line }) => line)}::int[], ${lines.map(({ number }) => number)}::text[],
        ${lines.map(({ organizationId }) => organizationId)}::uuid[]) AS l (line, number, organization_id)
      JOIN organizations o ON o.id = l.organization_id JOIN legacy_systems s ON s.id = ${systemId}::uuid),
    written AS (
      INSERT INTO legacy_tickets (system_id, number, organization_id)
      SELECT ${systemId}::uuid, number, organization_id FROM listed ORDER BY number
      ON CONFLICT (system_id, number) DO UPDATE SET organization_id = EXCLUDED.organization_id
        WHERE legacy_tickets.organization_id <> EXCLUDED.organization_id)
    SELECT listed.line, before.organization_id IS NOT NULL AS known, former.name AS former
    FROM listed
    LEFT JOIN legacy_tickets before ON before.system_id = ${systemId}::uuid AND before.number = listed.number
    LEFT JOIN organizations former
      ON former.id = before.organization_id AND before.organization_id <> listed.organization_id`)
}

function outcomeOf({ known, former }: Omit<Written, 'line'>): Outcome {
  if (former !== null) return { outcome: 'updated', detail: `It was a ticket of ${former} before.` }
  return { outcome: known ? 'unchanged' : 'created', detail: '' }
}

const gone: Outcome = { outcome: 'failed', detail: 'The organization or the system was deleted meanwhile.' }

/** Ids of the organizations that go by a name. */
type Owners = Map<string, string[]>
type Owned = { line: number; number: string; organizationId: string }
type Written = { line: number; known: boolean; former: string | null }
type Outcome = Pick<api.ImportedLegacyTicket, 'outcome' | 'detail'>

import { type Actor, api } from '@podatelna/contracts'
import { type Database, newId, type Store } from '@podatelna/store'
import { addContact, addressesOf, type Contact, updateContact, withAddresses } from './contacts.ts'
import { type Change, changeDirectory, done, refuse, whereTaken } from './directory.ts'
import { type Columns, type Row, readTable } from './table.ts'

export const contactColumns: Columns = {
  needed: ['organization', 'name', 'emails'],
  all: ['organization', 'name', 'emails', 'phones', 'language', 'role', 'notify', 'quiet_hours'],
}

/**
 * Reads contacts from a table. Each line is a change of its own and gets its own report. A line that has an address we
 * know updates that contact and may add addresses; it never takes one away, so importing a file twice is harmless.
 */
export async function importContacts(store: Store, csv: string, by: Actor): Promise<Change<api.ImportReport>> {
  const table = readTable(csv, contactColumns)
  if (!table.ok) return table
  const lines: api.ImportedLine[] = []
  for (const row of table.value.rows) lines.push(await importRow(store, row, by))
  return done({ ...count(lines), ignored_columns: table.value.ignored, lines })
}

async function importRow(store: Store, row: Row, by: Actor): Promise<api.ImportedLine> {
  const { line } = row
  if ('problem' in row) return { line, outcome: 'failed', name: '', detail: `This line ${row.problem}` }
  const name = row.fields.name ?? ''
  const read = readContact(row.fields)
  if (!read.ok) return { line, outcome: 'failed', name, detail: read.detail }
  const { organization, contact } = read.value
  const change = await changeDirectory(store, (database) => saveContact(database, organization, contact, by))
  return change.ok ? { line, name, ...change.value } : { line, name, outcome: 'failed', detail: change.detail }
}

/** What one line says, checked as the API checks a contact. An empty cell leaves alone what is known already. */
export function readContact(fields: Record<string, string>): Change<{ organization: string; contact: api.NewContact }> {
  const read = ContactLine.safeParse(
    {
      organization: fields.organization,
      name: fields.name,
      emails: split(fields.emails, /[\s;,]+/) ?? [],
      phones: split(fields.phones, /[;,]+/),
      language: fields.language?.toLowerCase() || undefined,
      role: fields.role?.toLowerCase() || undefined,
      notify: fields.notify?.toLowerCase() || undefined,
      quiet_hours: fields.quiet_hours ? readQuietHours(fields.quiet_hours) : undefined,
    },
    { error: api.sentence },
  )
  if (!read.success) return refuse('unreadable', api.fieldErrors(read.error).map(sentenceOf).join(' '))
  const { organization, ...contact } = read.data
  return done({ organization, contact })
}

const ContactLine = api.NewContact.extend({ organization: api.line(200) }).refine(({ emails }) => emails.length > 0, {
  path: ['emails'],
  error: 'may not be empty.',
})

/** As in `22:00-07:00`; `none` takes them away. */
function readQuietHours(cell: string) {
  if (cell.toLowerCase() === 'none') return null
  const [from = '', to = ''] = cell.split(/\s*[-\u2013]\s*/)
  return { from, to }
}

function sentenceOf({ path, message }: api.FieldError): string {
  return `${path} ${message}`
}

async function saveContact(
  database: Database,
  organizationName: string,
  contact: api.NewContact,
  by: Actor,
): Promise<Change<Saved>> {
  const [organization, namesake] = await organizationsNamed(database, organizationName)
  if (namesake) return refuse('taken', `There are two organizations named ${organizationName}.`)
  if (!organization) return openOrganization(database, organizationName, contact)
  const [known, other] = await knownContacts(database, organization.id, contact.emails)
  if (other) return refuse('taken', `These addresses belong to two contacts, ${known?.name} and ${other.name}.`)
  if (!known) return saved('created', await addContact(database, organization.id, contact))
  const emails = [...new Set([...addressesOf(known), ...contact.emails])]
  return saved('updated', await updateContact(database, known.id, { ...contact, emails }, by))
}

/** Asks about the addresses first: a line that fails must not leave an empty organization behind. */
async function openOrganization(database: Database, name: string, contact: api.NewContact): Promise<Change<Saved>> {
  const taken = await whereTaken(database, contact.emails)
  if (taken) return taken
  const { id } = await database.organization.create({ data: { id: newId(), name } })
  return saved('created', await addContact(database, id, contact), `The organization ${name} was created.`)
}

function organizationsNamed(database: Database, name: string) {
  // Comparing without case is ILIKE in PostgreSQL, where these three mean something.
  const equals = name.replace(/[\\%_]/g, '\\$&')
  return database.organization.findMany({ where: { name: { equals, mode: 'insensitive' } }, take: 2 })
}

function knownContacts(database: Database, organizationId: string, emails: string[]): Promise<Contact[]> {
  return database.contact.findMany({
    where: { organizationId, removedAt: null, addresses: { some: { address: { in: emails } } } },
    include: withAddresses,
  })
}

function saved(outcome: Saved['outcome'], change: Change<Contact>, detail = ''): Change<Saved> {
  return change.ok ? done({ outcome, detail }) : change
}

function count(lines: api.ImportedLine[]) {
  const of = (outcome: api.ImportedLine['outcome']) => lines.filter((line) => line.outcome === outcome).length
  return { created: of('created'), updated: of('updated'), failed: of('failed') }
}

function split(text: string | undefined, by: RegExp): string[] | undefined {
  return text?.trim() ? text.split(by).flatMap((part) => part.trim() || []) : undefined
}

type Saved = { outcome: 'created' | 'updated'; detail: string }

import type { Actor, api, ContactNotify } from '@podatelna/contracts'
import { type Database, newId, Prisma, type Store } from '@podatelna/store'
import { removeParticipantEverywhere } from '@podatelna/ticketing'
import { type Change, changeDirectory, done, refuse, whereTaken } from './directory.ts'
import { noOrganization } from './organizations.ts'

export function createContact(store: Store, organizationId: string, contact: api.NewContact): Promise<Change<Contact>> {
  return changeDirectory(store, (database) => addContact(database, organizationId, contact))
}

export function changeContact(
  store: Store,
  id: string,
  changes: api.ContactChanges,
  by: Actor,
): Promise<Change<Contact>> {
  return changeDirectory(store, (database) => updateContact(database, id, changes, by))
}

/** What a contact chooses for themselves, known by one of their addresses. */
export function preferMail(store: Store, address: string, notify: ContactNotify): Promise<Change<Contact>> {
  return changeDirectory(store, async (database) => {
    const entry = await database.contactAddress.findUnique({ where: { address } })
    if (!entry) return noContact()
    return done(
      await database.contact.update({ where: { id: entry.contactId }, data: { notify }, include: withAddresses }),
    )
  })
}

/** Cuts somebody off at once, in open tickets too (rules §5). Their row stays, for the history of those tickets. */
export function removeContact(store: Store, id: string, by: Actor): Promise<Change<undefined>> {
  return changeDirectory(store, async (database) => {
    const contact = await findContact(database, id)
    if (!contact) return noContact()
    await takeAddresses(database, addressesOf(contact), { by, reason: 'no longer a technical contact' })
    await database.contact.update({ where: { id }, data: { removedAt: new Date() } })
    return done(undefined)
  })
}

/** Within a change of the directory. */
export async function addContact(
  database: Database,
  organizationId: string,
  { emails, ...fields }: api.NewContact,
): Promise<Change<Contact>> {
  if (!(await database.organization.findUnique({ where: { id: organizationId } }))) return noOrganization()
  const taken = await whereTaken(database, emails)
  if (taken) return taken
  const data = { id: newId(), organizationId, ...columnsOf(fields), addresses: { create: inOrder(emails) } }
  return done(await database.contact.create({ data, include: withAddresses }))
}

/** Within a change of the directory. */
export async function updateContact(
  database: Database,
  id: string,
  { emails, ...fields }: api.ContactChanges,
  by: Actor,
): Promise<Change<Contact>> {
  const contact = await findContact(database, id)
  if (!contact) return noContact()
  const taken = emails && (await whereTaken(database, emails, { contactId: id }))
  if (taken) return taken
  if (emails) await replaceAddresses(database, contact, emails, by)
  return done(await database.contact.update({ where: { id }, data: columnsOf(fields), include: withAddresses }))
}

export function addressesOf(contact: Contact): string[] {
  return contact.addresses.map(({ address }) => address)
}

function findContact(database: Database, id: string): Promise<Contact | null> {
  return database.contact.findUnique({ where: { id, removedAt: null }, include: withAddresses })
}

async function replaceAddresses(database: Database, contact: Contact, emails: string[], by: Actor): Promise<void> {
  const gone = addressesOf(contact).filter((address) => !emails.includes(address))
  if (gone.length > 0) await takeAddresses(database, gone, { by, reason: `no longer an address of ${contact.name}` })
  await database.contactAddress.deleteMany({ where: { contactId: contact.id } })
  await database.contactAddress.createMany({
    data: inOrder(emails).map((row) => ({ ...row, contactId: contact.id })),
  })
}

/** An address in contact_addresses is what lets somebody in; without it they are off every ticket, in the same commit. */
async function takeAddresses(
  database: Database,
  addresses: string[],
  how: { by: Actor; reason: string },
): Promise<void> {
  await database.$executeRaw`
    UPDATE contacts c SET former_addresses = ARRAY(SELECT DISTINCT unnest(c.former_addresses || gone.addresses))
    FROM (SELECT contact_id, array_agg(address) AS addresses FROM contact_addresses
      WHERE address = ANY(${addresses}::text[]) GROUP BY contact_id) AS gone
    WHERE c.id = gone.contact_id`
  await database.contactAddress.deleteMany({ where: { address: { in: addresses } } })
  await removeParticipantEverywhere(database, addresses, how)
}

function columnsOf<Fields extends Pick<api.ContactChanges, 'quiet_hours'>>({ quiet_hours, ...same }: Fields) {
  return quiet_hours === undefined ? same : { ...same, quietHours: quiet_hours ?? Prisma.DbNull }
}

function inOrder(emails: string[]) {
  return emails.map((address, position) => ({ address, position }))
}

function noContact() {
  return refuse('not_found', 'There is no such contact.')
}

export const withAddresses = { addresses: { orderBy: { position: 'asc' } } } as const
export type Contact = Prisma.ContactGetPayload<{ include: typeof withAddresses }>

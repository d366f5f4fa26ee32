import { type Blackout, blackout, hiddenAddress, hiddenName, normalizeAddress, oneLine } from '@podatelna/mail'
import { Prisma, type Store } from '@podatelna/store'

/** Somebody whose data we may hold: all their addresses, as far as we know that they are theirs, and their names. */
export type Person = {
  addresses: string[]
  names: string[]
  contactIds: string[]
  /** Tickets that they are or were on. */
  seats: string[]
}

/** Whose address it is now; or else, as whose it was. An address that went to somebody else is theirs. */
export async function findPerson(store: Store, email: string): Promise<Person> {
  const address = normalizeAddress(email)
  const contacts = await contactsOf(store, address)
  const known = contacts.flatMap((contact) => [...contact.current, ...contact.former])
  const addresses = [...new Set([address, ...known])]
  const seats = await store.query<{ ticket_id: string; name: string }>(Prisma.sql`
    SELECT ticket_id, name FROM participants WHERE address = ANY(${addresses}::text[])`)
  const names = [...contacts.map(({ name }) => name), ...seats.map(({ name }) => name)]
  return {
    addresses,
    names: [...new Set(names.map((name) => oneLine(name, 200)))].filter((name) => !addresses.includes(name)),
    contactIds: contacts.map(({ id }) => id),
    seats: [...new Set(seats.map((seat) => seat.ticket_id))],
  }
}

async function contactsOf(store: Store, address: string): Promise<ContactRow[]> {
  const rows = await store.query<ContactRow>(Prisma.sql`
    SELECT c.id, c.name, coalesce(c.former_addresses, '{}') AS former,
      ARRAY(SELECT a.address FROM contact_addresses a WHERE a.contact_id = c.id) AS current
    FROM contacts c
    WHERE c.id IN (SELECT contact_id FROM contact_addresses WHERE address = ${address})
      OR ${address} = ANY(c.former_addresses)`)
  const owner = rows.filter(({ current }) => current.includes(address))
  return owner.length > 0 ? owner : rows
}

type ContactRow = { id: string; name: string; former: string[]; current: string[] }

/** Of a row of messages. */
export function isAuthor(addresses: readonly string[]): Prisma.Sql {
  return Prisma.sql`lower(author->>'email') = ANY(${addresses}::text[])`
}

/** Who they are when they have been erased: the same in all places, and nobody else. */
export type Alias = { name: string; address(email: string): string }

export function aliasOf(pseudonym: string, { addresses }: Person): Alias {
  return {
    name: `erased person ${pseudonym}`,
    address(email) {
      const place = addresses.indexOf(email)
      return `erased-${pseudonym}${place > 0 ? `-${place + 1}` : ''}@erased.invalid`
    },
  }
}

/** Their addresses in text, and with `names` their names. */
export function withoutPerson({ addresses, names }: Person, alias: Alias, which: { names: boolean }): Blackout {
  return blackout([
    ...addresses.map((address) => hiddenAddress(address, alias.address(address))),
    ...(which.names ? names.flatMap((name) => hiddenName(name, alias.name) ?? []) : []),
  ])
}

import type { Actor, api } from '@podatelna/contracts'
import { newId, type Prisma, type Store } from '@podatelna/store'
import { removeParticipantEverywhere } from '@podatelna/ticketing'
import { type Change, changeDirectory, done, refuse } from './directory.ts'

export function createOrganization(store: Store, organization: api.NewOrganization): Promise<Row> {
  return store.prisma.organization.create({ data: { id: newId(), ...organization } })
}

export function changeOrganization(store: Store, id: string, changes: api.OrganizationChanges): Promise<Change<Row>> {
  return changeDirectory(store, async (database) => {
    if (!(await database.organization.findUnique({ where: { id } }))) return noOrganization()
    return done(await database.organization.update({ where: { id }, data: changes }))
  })
}

/** Its contacts go with it and are cut off from every ticket at once; the tickets stay, without an organization. */
export function deleteOrganization(store: Store, id: string, by: Actor): Promise<Change<undefined>> {
  return changeDirectory(store, async (database) => {
    const addresses = await database.contactAddress.findMany({
      where: { contact: { organizationId: id } },
      select: { address: true },
    })
    const { count } = await database.organization.deleteMany({ where: { id } })
    if (count === 0) return noOrganization()
    const reason = 'their organization was removed'
    await removeParticipantEverywhere(
      database,
      addresses.map(({ address }) => address),
      { by, reason },
    )
    return done(undefined)
  })
}

export function noOrganization() {
  return refuse('not_found', 'There is no such organization.')
}

type Row = Prisma.OrganizationGetPayload<object>

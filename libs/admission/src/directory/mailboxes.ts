import type { api } from '@podatelna/contracts'
import { newId, type Prisma, type Store } from '@podatelna/store'
import { type Change, changeDirectory, done, isStillReferenced, refuse, whereTaken } from './directory.ts'

export function createMailbox(store: Store, mailbox: api.NewMailbox): Promise<Change<Row>> {
  return changeDirectory(store, async (database) => {
    const taken = await whereTaken(database, [mailbox.address])
    if (taken) return taken
    const { address, name = address } = mailbox
    return done(await database.mailbox.create({ data: { id: newId(), ...columns(mailbox), address, name } }))
  })
}

export function changeMailbox(store: Store, id: string, changes: api.MailboxChanges): Promise<Change<Row>> {
  return changeDirectory(store, async (database) => {
    if (!(await database.mailbox.findUnique({ where: { id } }))) return noMailbox()
    const taken = changes.address && (await whereTaken(database, [changes.address], { mailboxId: id }))
    if (taken) return taken
    return done(await database.mailbox.update({ where: { id }, data: columns(changes) }))
  })
}

export async function deleteMailbox(store: Store, id: string): Promise<Change<undefined>> {
  try {
    const { count } = await store.prisma.mailbox.deleteMany({ where: { id } })
    return count === 0 ? noMailbox() : done(undefined)
  } catch (error) {
    if (!isStillReferenced(error)) throw error
    return refuse('in_use', 'There are tickets in this mailbox, so it cannot be deleted.')
  }
}

function columns({ late_reply, close_after, ...changes }: api.MailboxChanges) {
  return { ...changes, lateReply: late_reply, closeAfter: close_after }
}

function noMailbox() {
  return refuse('not_found', 'There is no such mailbox.')
}

type Row = Prisma.MailboxGetPayload<object>

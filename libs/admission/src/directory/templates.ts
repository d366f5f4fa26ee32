/** Words of a mailbox in the place of built-in templates. Whoever saves them has checked them. */
import type { Language, NoticeKind } from '@podatelna/contracts'
import { newId, Prisma, type Store } from '@podatelna/store'
import { type Change, done, isStillReferenced, refuse } from './directory.ts'

export type TemplatePlace = { mailboxId: string; kind: NoticeKind; language: Language }
export type StoredTemplate = Prisma.MailboxTemplateGetPayload<object>

/** Under a new id each time: what somebody compiled of it before is found no more. */
export async function saveTemplate(
  store: Store,
  place: TemplatePlace,
  { subject, body }: { subject: string; body: string },
): Promise<Change<StoredTemplate>> {
  const saved = { id: newId(), subject, body, updatedAt: new Date(), failedAt: null, problem: null }
  try {
    return done(
      await store.prisma.mailboxTemplate.upsert({
        where: { mailboxId_kind_language: place },
        create: { ...place, ...saved },
        update: saved,
      }),
    )
  } catch (error) {
    if (isStillReferenced(error)) return refuse('not_found', 'There is no such mailbox.')
    throw error
  }
}

/** Back to the built-in one. */
export async function removeTemplate(store: Store, place: TemplatePlace): Promise<Change<undefined>> {
  const { count } = await store.prisma.mailboxTemplate.deleteMany({ where: place })
  if (count > 0) return done(undefined)
  return refuse('not_found', 'This mailbox has no words of its own for this letter in this language.')
}

/** @param problem without a word of the letter */
export async function noteFailedTemplate(store: Store, id: string, problem: string): Promise<void> {
  await store.query(Prisma.sql`
    UPDATE mailbox_templates SET failed_at = now(), problem = ${problem} WHERE id = ${id}::uuid`)
}

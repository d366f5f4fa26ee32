/**
 * Erasure of one person's data on request. What they wrote is redacted, and wherever else they stand they become "erased
 * person 3f2a…". It goes in steps that may be run twice: one that is broken off is taken up again, and those by which the
 * person is found come last. docs/privacy.md says what stays.
 */
import { randomBytes } from 'node:crypto'
import { Actor } from '@podatelna/contracts'
import { normalizeAddress, splitPlus } from '@podatelna/mail'
import { newId, Prisma, type Store } from '@podatelna/store'
import {
  type Act,
  blackOutTicket,
  type Desk,
  redactMessage,
  refusal,
  removeParticipantEverywhere,
  withdrawDeliveries,
  withdrawTexts,
} from '@podatelna/ticketing'
import { changeDirectory } from '../directory/directory.ts'
import { type Counts, countsOf, type Holdings, holdingsOf, mentionsOf } from './holdings.ts'
import { emptyLetterNaming, eraseLetter, lettersNaming } from './letters.ts'
import { type Alias, aliasOf, findPerson, type Person, withoutPerson } from './person.ts'
import { patience, sweepLast, sweepTables } from './sweep.ts'

/** `pseudonym` is null when nothing was erased: on trial, or because there was nothing. */
export type Erasure = { pseudonym: string | null; counts: Counts & { mentions: number } }

export async function erasePerson(
  desk: Desk,
  input: { email: string; reason: string; by: Actor; dryRun: boolean },
): Promise<Act<Erasure>> {
  const { store } = desk
  const email = normalizeAddress(input.email)
  const person = await findPerson(store, email)
  const refused = await whyNot(store, person, input.reason)
  if (refused) return refused
  const holdings = await holdingsOf(store, person)
  const mentions = await mentionsOf(store, person, holdings)
  const counts = { ...countsOf(person, holdings), mentions: mentions.length }
  if (input.dryRun || Object.values(counts).every((count) => count === 0)) {
    return { ok: true, value: { pseudonym: null, counts } }
  }
  const act = await beginAct(store, { ...input, email, counts })
  if (await runAlone(desk, act)) return { ok: true, value: { pseudonym: act.pseudonym, counts } }
  return refusal('busy', 'Somebody is being erased just now. It will be done next, by itself.')
}

/** Takes up what was broken off. */
export async function resumeErasures(desk: Desk): Promise<void> {
  const where = { kind: 'erasure', finishedAt: null }
  const acts = await desk.store.prisma.privacyAct.findMany({ where, orderBy: { at: 'asc' } })
  for (const { id, address, pseudonym, by, reason } of acts) {
    if (address && pseudonym) await runAlone(desk, { id, email: address, pseudonym, by: Actor.parse(by), reason })
  }
}

type ErasureAct = { id: string; email: string; pseudonym: string; by: Actor; reason: string }

async function whyNot(store: Store, { addresses, names }: Person, reason: string) {
  const bases = addresses.map((address) => splitPlus(address).base)
  const mailbox = await store.prisma.mailbox.findFirst({ where: { address: { in: [...addresses, ...bases] } } })
  if (mailbox) return refusal('own_mailbox', `${mailbox.address} is a mailbox of ours.`)
  const agent = await store.prisma.agent.findFirst({ where: { email: { in: addresses } } })
  if (agent) return refusal('is_agent', `${agent.email} is the address of ${agent.name}, who is one of our agents.`)
  const isNamed = [...addresses, ...names].some((word) => reason.toLowerCase().includes(word.toLowerCase()))
  return isNamed ? refusal('words_in_reason', 'The reason may not name the person: it stays.') : undefined
}

/** Broken off before: the same one goes on. */
async function beginAct(
  { prisma }: Store,
  { email, by, reason, counts }: { email: string; by: Actor; reason: string; counts: Counts },
): Promise<ErasureAct> {
  const begun = await prisma.privacyAct.findFirst({ where: { kind: 'erasure', address: email, finishedAt: null } })
  const pseudonym = begun?.pseudonym ?? randomBytes(4).toString('hex')
  const id = begun?.id ?? newId()
  if (!begun)
    await prisma.privacyAct.create({ data: { id, kind: 'erasure', address: email, pseudonym, by, reason, counts } })
  return { id, email, pseudonym, by, reason }
}

/** @returns false while another one is being done */
async function runAlone(desk: Desk, act: ErasureAct): Promise<boolean> {
  const claim = await desk.store.claim('erasure')
  if (!claim) return false
  try {
    await run(desk, act)
    return true
  } finally {
    await claim.release()
  }
}

async function run(desk: Desk, act: ErasureAct): Promise<void> {
  const { store } = desk
  const person = await findPerson(store, act.email)
  const alias = aliasOf(act.pseudonym, person)
  await cutOff(store, person, act)
  const holdings = await holdingsOf(store, person)
  await redactWhatTheyWrote(desk, holdings, act)
  await redactWhereTheyAreNamed(desk, person, holdings, { alias, act })
  const out = withoutPerson(person, alias, { names: true })
  for (const id of holdings.letters) await eraseLetter(store, id, { ...act, alias, out })
  for (const id of await lettersNaming(store, person)) await emptyLetterNaming(store, id, { ...act, alias, out })
  await eraseTexts(store, holdings)
  await endLinks(store, person)
  const swept = { person, alias, out: withoutPerson(person, alias, { names: false }) }
  await sweepTables(store, swept)
  await finish(store, act, swept)
}

/** First of all, so that nothing more comes in their name or goes to them. */
async function cutOff(store: Store, { addresses, contactIds }: Person, { by }: ErasureAct): Promise<void> {
  await changeDirectory(store, async (database) => {
    await database.contactAddress.deleteMany({ where: { contactId: { in: contactIds } } })
    await database.contact.updateMany({
      where: { id: { in: contactIds } },
      data: { removedAt: new Date(), formerAddresses: addresses },
    })
    // Whoever had one of the addresses before is somebody else.
    await database.$executeRaw`
      UPDATE contacts SET former_addresses = ARRAY(SELECT unnest(former_addresses) EXCEPT SELECT unnest(${addresses}::text[]))
      WHERE former_addresses && ${addresses}::text[] AND id <> ALL(${contactIds}::uuid[])`
    await removeParticipantEverywhere(database, addresses, { by, reason: 'erased' })
  })
}

async function redactWhatTheyWrote(desk: Desk, { messages }: Holdings, { by, reason }: ErasureAct): Promise<void> {
  for (const messageId of messages) {
    const message = await desk.store.prisma.message.findUnique({
      where: { id: messageId },
      select: { ticket: { select: { number: true } } },
    })
    if (!message) continue
    const { number } = message.ticket
    await redactMessage(desk, { number, messageId, by, reason, remove: { what: 'message' } })
  }
}

/** In tickets they took part in by name, too; elsewhere a name may be anybody's, an address is not. */
async function redactWhereTheyAreNamed(
  desk: Desk,
  person: Person,
  holdings: Holdings,
  { alias, act: { by, reason } }: { alias: Alias; act: ErasureAct },
): Promise<void> {
  const [theirs, elsewhere] = [true, false].map((names) => withoutPerson(person, alias, { names }))
  for (const ticketId of holdings.tickets) await blackOutTicket(desk, { ticketId, out: theirs!, by, reason })
  for (const ticketId of await mentionsOf(desk.store, person, holdings)) {
    await blackOutTicket(desk, { ticketId, out: elsewhere!, by, reason })
  }
  // What nobody is to be told any more must not wait for a digest again.
  await desk.store.query(Prisma.sql`
    UPDATE deliveries SET digest_line = NULL WHERE id = ANY(${holdings.deliveries}::uuid[]) AND digest_line IS NOT NULL`)
  for (const id of holdings.deliveries) {
    await desk.store.prisma.$transaction(
      (database) =>
        withdrawDeliveries(database, [id], {
          carries: () => true,
          hides: theirs!.finds,
          subject: theirs!.text,
          line: () => undefined,
        }),
      patience,
    )
  }
}

/** What a provider answered may quote the number, or the text. */
async function eraseTexts({ prisma }: Store, { texts }: Holdings): Promise<void> {
  await prisma.$transaction(async (database) => {
    const theirs = Prisma.sql`id = ANY(${texts}::uuid[])`
    await withdrawTexts(database, theirs)
    await database.$executeRaw`
      DELETE FROM text_budgets WHERE number IN (SELECT to_number FROM texts WHERE ${theirs} AND to_number <> '')`
    await database.textAttempt.updateMany({ where: { textId: { in: texts } }, data: { answer: '' } })
    await database.text.updateMany({ where: { id: { in: texts } }, data: { toNumber: '' } })
  }, patience)
}

async function endLinks({ prisma }: Store, { addresses }: Person): Promise<void> {
  await prisma.linkPause.deleteMany({ where: { address: { in: addresses } } })
  await prisma.authorization.updateMany({ where: { address: { in: addresses } }, data: { tokenHash: null } })
}

/** What the person is found by goes in one commit with the note that it is done. */
async function finish(store: Store, act: ErasureAct, swept: Parameters<typeof sweepLast>[2]): Promise<void> {
  const { contactIds } = swept.person
  await store.prisma.$transaction(async (database) => {
    await database.contact.updateMany({
      where: { id: { in: contactIds } },
      data: { name: swept.alias.name, phones: [], language: null, quietHours: Prisma.DbNull, formerAddresses: [] },
    })
    await sweepLast(store, database, swept)
    await database.privacyAct.update({ where: { id: act.id }, data: { finishedAt: new Date() } })
  }, patience)
}

import { Prisma, type Store } from '@podatelna/store'
import { inForce, keepsBack, keptBack, preferredMail, promptKinds } from '@podatelna/ticketing'
import { type Budgets, countLetters, overBudget, paceLetters } from './budgets.ts'
import type { Letter } from './letterhead.ts'
import { nextMorning } from './morning.ts'
import { type TextBudgets, textInsert } from './texts/commit.ts'
import type { Text } from './texts/plan.ts'

/** A statement of the same commit, made of the query that says that the event is new. */
export type Gate = (inbox: Prisma.Sql) => Prisma.Sql

/** Letters of one event. */
export type Step = {
  cause: string
  letters: Letter[]
  /** Absent for letters that tell of none. */
  ticket?: TicketAsRead | undefined
  /** Seconds for which they are the caller's alone; 0 leaves them to whoever has room. */
  lease: number
}

export type Planned = {
  /** Letters of one mailbox, and of several steps no two to one address. */
  steps: Step[]
  budgets: Budgets
  /** Writes down that the steps of a query of causes are done; returns, as event_id, those that were not before. */
  inbox: (current: Prisma.Sql) => Prisma.Sql
  /** What else must succeed. This and what follows is for one step alone. */
  gate?: Gate | undefined
  /** What else is to be done in the same commit. */
  also?: Gate | undefined
  /** Where the inbox row is written they are counted, too. */
  counted?: boolean
  /** A text that goes along. */
  text?: { text: Text; budgets: TextBudgets } | undefined
  /** The desk's: daily digests are due by it. */
  timeZone: string
}

/** Causes of steps whose ticket is as it was read, which are done now; and ids of the deliveries that are to be sent now. */
export type Committed = { current: Set<string>; queued: Set<string> }

/**
 * Inbox rows and deliveries in one commit. The unique (cause, to_address) and the inbox make twice harmless; a participant
 * removed, or an agent disabled, since they were read gets nothing; what goes to an address that is suppressed, or is over
 * its budget, is written down as such. Nothing is written of a step in whose ticket something was redacted since it was read.
 */
export async function commitLetters(store: Store, planned: Planned): Promise<Committed> {
  const { steps, budgets, inbox, gate, also, text } = planned
  const letters = steps.flatMap((step) => step.letters)
  const morning = nextMorning(planned.timeZone)
  const isNew = Prisma.sql`SELECT event_id FROM inbox`
  const [done] = await store.query<{ current: string[]; queued: string[] }>(Prisma.sql`
    WITH step (cause, ticket_id, redacted_at) AS (${rowsOf(steps, stepColumns)}),
    unredacted AS (${unredacted}),
    current AS (SELECT cause FROM unredacted UNION ALL SELECT cause FROM step WHERE ticket_id IS NULL),
    inbox AS (${inbox(Prisma.sql`SELECT cause FROM current`)}),
    ${gate ? Prisma.sql`gate AS (${gate(isNew)}),` : Prisma.empty}
    letter (cause, lease, id, kind, to_address, subject, message_id, envelope_from, first_byte, bytes, ticket_id,
      participant_id, agent_id, caused_by_message_id, mail_id, line) AS (${rowsOf(asRows(steps), letterColumns)}),
    judged AS (
      SELECT DISTINCT ON (letter.to_address) letter.*,
        coalesce(CASE WHEN ${keepsBack(Prisma.sql`letter.kind`)} THEN ${keptBack} END,
          CASE preferred WHEN 'never' THEN ${unwanted} END) AS kept_back,
        CASE preferred WHEN 'hourly' THEN now() + interval '1 hour' WHEN 'daily' THEN ${morning}::timestamptz END AS wait
      FROM inbox JOIN letter ON letter.cause = inbox.event_id LEFT JOIN participants p ON p.id = letter.participant_id
        LEFT JOIN contact_addresses entry ON entry.address = p.address
        LEFT JOIN contacts contact ON contact.id = entry.contact_id
        CROSS JOIN LATERAL (SELECT ${preferred} AS preferred OFFSET 0) preference
        LEFT JOIN agents a ON a.id = letter.agent_id
        LEFT JOIN ${inForce(Prisma.sql`letter.to_address`)}
      WHERE (letter.participant_id IS NULL OR p.state = 'active') AND a.disabled_at IS NULL
        ${gate ? Prisma.sql`AND EXISTS (SELECT FROM gate)` : Prisma.empty}
      ORDER BY letter.to_address),
    counted AS (${counting(letters, planned)}),
    ${paceLetters(budgets, Prisma.sql`SELECT passed AS id FROM counted WHERE passed IS NOT NULL`, letters[0]!.mailbox)},
    written AS (
      INSERT INTO deliveries (id, cause, kind, to_address, subject, message_id, envelope_from, source, ticket_id,
        participant_id, agent_id, caused_by_message_id, mail_id, state, due_at, digest_line)
      SELECT id, cause, kind, to_address, subject, message_id, envelope_from,
        substr(${Buffer.concat(letters.map(({ source }) => source))}::bytea, first_byte, bytes), ticket_id,
        participant_id, agent_id, caused_by_message_id, mail_id, CASE WHEN at IS NULL THEN 'suppressed' ELSE 'queued' END,
        CASE WHEN at > now() THEN at ELSE at + lease * interval '1 second' END,
        CASE WHEN at IS NULL AND kept_back IS NULL THEN line END
      FROM judged LEFT JOIN slot USING (id)
      ON CONFLICT (cause, to_address) DO NOTHING
      RETURNING id, state, digest_line),
    explained AS (
      INSERT INTO delivery_attempts (delivery_id, outcome, smtp)
      SELECT id, state, coalesce(kept_back, CASE WHEN wait IS NULL THEN ${overBudget} ELSE ${inDigest} END)
      FROM written JOIN judged USING (id) WHERE state = 'suppressed')
    ${also ? Prisma.sql`, also AS (${also(isNew)})` : Prisma.empty}
    ${text ? textInsert(text.text, text.budgets, steps[0]!.cause, isNew) : Prisma.empty}
    SELECT ARRAY(SELECT cause::text FROM current) AS current,
      ARRAY(SELECT id::text FROM written JOIN slot USING (id) WHERE at <= now()) AS queued`)
  return { current: new Set(done!.current), queued: new Set(done!.queued) }
}

/** A ticket, and when something was last redacted in it, as its letters were made of it. */
export type TicketAsRead = { id: string; redactedAt: string | null }

/** Keeps redactions away until the deliveries are there, for them to find. */
const unredacted = Prisma.sql`
  SELECT cause FROM step JOIN tickets t ON t.id = step.ticket_id
  WHERE t.redacted_at IS NOT DISTINCT FROM step.redacted_at ORDER BY t.id FOR SHARE OF t`

/** Links have a budget of their own, where the letter is held (rules §1), and can stand in no digest: they are secrets. */
function counting(letters: Letter[], { budgets, counted = false }: Planned): Prisma.Sql {
  const going = Prisma.sql`SELECT id, to_address, ticket_id, wait FROM judged WHERE kept_back IS NULL`
  if (counted) return Prisma.sql`SELECT id AS passed FROM (${going}) g`
  const always = letters.some(({ kind }) => kind === 'letter_held')
  const prompt = letters.filter(({ kind }) => promptKinds.includes(kind)).map(({ id }) => id)
  return countLetters(budgets, going, { always, prompt })
}

const preferred = preferredMail(Prisma.sql`p.role`, Prisma.sql`contact`, Prisma.sql`letter.kind`)

/** What staff read on a delivery that its recipient did not want, or not by itself. */
const unwanted = 'The recipient wants no mail about this.'
const inDigest = 'The recipient prefers a digest; the next one tells of this one.'

const stepColumns: Column<Step>[] = [
  ['uuid', ({ cause }) => cause],
  ['uuid', ({ ticket }) => ticket?.id],
  ['timestamptz', ({ ticket }) => ticket?.redactedAt],
]

/** The sources go as one value, in which each has its place: in an array every byte would be written as two. */
function asRows(steps: Step[]): LetterRow[] {
  let firstByte = 1
  return steps.flatMap((step) =>
    step.letters.map((letter) => {
      const row = { ...step, letter, firstByte }
      firstByte += letter.source.length
      return row
    }),
  )
}

const letterColumns: Column<LetterRow>[] = [
  ['uuid', ({ cause }) => cause],
  ['int', ({ lease }) => lease],
  ['uuid', ({ letter }) => letter.id],
  ['text', ({ letter }) => letter.kind],
  ['text', ({ letter }) => letter.to],
  ['text', ({ letter }) => letter.subject],
  ['text', ({ letter }) => letter.messageId],
  ['text', ({ letter }) => letter.envelopeFrom],
  ['int', ({ firstByte }) => firstByte],
  ['int', ({ letter }) => letter.source.length],
  ['uuid', ({ letter }) => letter.about.ticketId],
  ['uuid', ({ letter }) => letter.about.participantId],
  ['uuid', ({ letter }) => letter.about.agentId],
  ['uuid', ({ letter }) => letter.about.causedById],
  ['uuid', ({ letter }) => letter.about.mailId],
  ['jsonb', ({ letter }) => JSON.stringify(letter.line)],
]

/** Rows as one array for each column: the statement has the same words for any number, and is planned once. */
function rowsOf<Row>(rows: Row[], columns: Column<Row>[]): Prisma.Sql {
  const arrays = columns.map(([type, of]) => {
    return Prisma.sql`${rows.map((row) => of(row) ?? null)}::${Prisma.raw(type)}[]`
  })
  return Prisma.sql`SELECT * FROM unnest(${Prisma.join(arrays)})`
}

type LetterRow = Step & { letter: Letter; firstByte: number }
type Column<Row> = [type: string, of: (row: Row) => string | number | null | undefined]

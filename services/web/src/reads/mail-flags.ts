/** What staff should notice about letters; derived, so that it cannot disagree with what happened. */
import { type api, Verdict } from '@podatelna/contracts'
import { Prisma, type Store } from '@podatelna/store'

/** Columns of a letter that say whether its author was proved: by the letter itself, or by the link. */
export const proof = {
  verdict: true,
  events: { where: { type: { in: ['confirmed', 'disowned'] } }, select: { type: true } },
} as const satisfies Prisma.InboundMailSelect
type Proof = Prisma.InboundMailGetPayload<{ select: typeof proof }>

export function isProved({ verdict, events }: Proof): boolean {
  return Verdict.parse(verdict).verified || events.some(({ type }) => type === 'confirmed')
}

export function flagsOf(letter: Proof & { disposition: string; unanswered: boolean }, reused: boolean): api.MailFlag[] {
  const flags: Record<api.MailFlag, boolean> = {
    message_id_reused: reused,
    unproved: letter.disposition === 'admitted' && !isProved(letter),
    unanswered: letter.unanswered,
    disowned: letter.events.some(({ type }) => type === 'disowned'),
  }
  return (Object.keys(flags) as api.MailFlag[]).filter((flag) => flags[flag])
}

/** Ids of those letters whose Message-ID an earlier one with other content has. */
export async function reusedIds(store: Store, letters: { id: string }[]): Promise<Set<string>> {
  if (letters.length === 0) return new Set()
  const rows = await store.query<{ id: string }>(Prisma.sql`
    SELECT id FROM inbound_mail later WHERE id = ANY(${letters.map(({ id }) => id)}::uuid[]) AND EXISTS (
      SELECT FROM inbound_mail earlier WHERE earlier.message_id = later.message_id AND earlier.digest <> later.digest
        AND (earlier.received_at, earlier.id) < (later.received_at, later.id))`)
  return new Set(rows.map(({ id }) => id))
}

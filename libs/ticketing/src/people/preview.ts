import type { Actor } from '@podatelna/contracts'
import { normalizeAddress } from '@podatelna/mail'
import { act } from '../act.ts'
import type { Act, Desk } from '../desk.ts'
import { lockLiveTicket } from '../lock-ticket.ts'
import { audienceOfReply, type Recipient, type ReplyAudience, recipientsOf } from './audience.ts'
import { whyNotJoin } from './participants.ts'

/** Who would see a reply that is written now, and exactly who would receive it (rules §5). */
export type ReplyPreview = { audience: ReplyAudience; recipients: Recipient[] }

/**
 * Refused as the reply itself would be.
 *
 * @param draft.cc addresses it would put in copy
 */
export function previewReply(
  desk: Desk,
  draft: { number: bigint; by: Actor; audience?: ReplyAudience | undefined; cc?: readonly string[] | undefined },
): Promise<Act<ReplyPreview>> {
  return act(desk, async (database) => {
    const ticket = await lockLiveTicket(database, draft.number)
    if ('problem' in ticket) return ticket
    const audience = await audienceOfReply(database, ticket.id, draft.audience)
    if (typeof audience === 'object') return audience
    const joining = (draft.cc ?? []).map(normalizeAddress)
    for (const address of joining) {
      const refused = await whyNotJoin(database, address)
      if (refused) return refused
    }
    const query = recipientsOf(ticket.id, { audience, author: draft.by, joining: [...new Set(joining)] })
    return { value: { audience, recipients: await database.$queryRaw<Recipient[]>(query) }, events: [] }
  })
}

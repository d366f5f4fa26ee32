import type { Actor, PreferredMail } from '@podatelna/contracts'
import { type Desk, previewReply, type ReplyAudience } from '@podatelna/ticketing'

/** Whom a reply can be for, with exactly who would receive it. */
export type ReplyChoice = { audience: ReplyAudience; recipients: string[]; chosen: boolean }

/**
 * What staff choose from before they send a reply (rules §5), what is usual first; one choice where the other reaches
 * nobody else, none where no reply can be written.
 *
 * @param asked what was chosen in a draft
 */
export async function replyChoices(
  desk: Desk,
  draft: { number: bigint; by: Actor; asked?: ReplyAudience | undefined },
): Promise<ReplyChoice[]> {
  const { number, by, asked } = draft
  const usual = await previewReply(desk, { number, by })
  if (!usual.ok) return []
  const other = await previewReply(desk, { number, by, audience: otherThan[usual.value.audience] })
  const differs = other.ok && other.value.recipients.length !== usual.value.recipients.length
  const previews = differs ? [usual.value, other.value] : [usual.value]
  return previews.map(({ audience, recipients }) => ({
    audience,
    recipients: recipients.map(({ address, mail }) => `${address}${remarks[mail]}`),
    chosen: audience === (differs && asked ? asked : usual.value.audience),
  }))
}

const remarks: Record<PreferredMail, string> = {
  at_once: '',
  hourly: ' (in an hourly digest)',
  daily: ' (in a daily digest)',
  never: ' (gets no mail: wants only their own tickets)',
}
const otherThan = { client: 'end_customer', end_customer: 'client' } as const

/** The links of a ticket on its page: which there are, and the form that sets and takes them away. */
import { api, FreeLinkKind, type LinkKind, parseTicketNumber } from '@podatelna/contracts'
import type { App } from '@podatelna/process'
import { linkTickets, unlinkTickets } from '@podatelna/ticketing'
import { z } from 'zod'
import { actor } from '../door/caller.ts'
import { answerProblem, problem, statusOf } from '../door/problem.ts'
import type { Web } from '../door/web.ts'

export function ticketLinkForm(web: Web, app: App): void {
  web.post(
    '/tickets/:number/links',
    { schema: { hide: true, params: api.ByNumber, body: Asked } },
    async (request, reply) => {
      const number = parseTicketNumber(request.params.number)!
      const { act, kind, number: other } = request.body
      const ends = { number, other: parseTicketNumber(other)!, by: actor(request) }
      const done = await (act === 'link' ? linkTickets(app, { ...ends, kind }) : unlinkTickets(app, ends))
      if (done.ok) return reply.redirect(`/tickets/P-${number}#links`, 303)
      return answerProblem(request, reply, problem(statusOf[done.problem], done.detail))
    },
  )
}

/** What the page needs to show them: those of old systems lead nowhere, and merges are not taken away here. */
export function linksView(links: api.Link[]) {
  return {
    links: links.map(({ kind, number }) => ({
      number,
      words: linkWords[kind],
      href: kind === 'legacy' ? undefined : `/tickets/${number}`,
      free: FreeLinkKind.safeParse(kind).success,
    })),
    linkKinds: FreeLinkKind.options.map((kind) => ({ kind, words: linkWords[kind] })),
  }
}

const linkWords: Record<LinkKind, string> = {
  related: 'related to',
  follow_up_of: 'a follow-up of',
  followed_up_by: 'followed up by',
  split_from: 'split from',
  split_to: 'split to',
  merged_into: 'merged into',
  merged_from: 'merged from',
  legacy: 'in an old system',
}

const Asked = z.object({
  act: z.enum(['link', 'unlink']),
  kind: FreeLinkKind.default('related'),
  number: z
    .string()
    .trim()
    .transform((text) => (/^\d+$/.test(text) ? `P-${text}` : text))
    .pipe(api.TicketNumber),
})

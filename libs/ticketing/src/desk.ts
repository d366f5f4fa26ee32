import type { Bus } from '@podatelna/bus'
import type { Actor } from '@podatelna/contracts'
import type { Store } from '@podatelna/store'

/** Where tickets are: what every act on them needs. */
export type Desk = { store: Store; bus: Bus }

/** How an act of staff went. `detail` is a sentence for the person who asked for it. */
export type Act<Value> = { ok: true; value: Value } | Refusal
export type Refusal = { ok: false; problem: Problem; detail: string }
export type Problem =
  | 'no_ticket'
  | 'forbidden_move'
  | 'no_date'
  | 'merged'
  | 'not_mergeable'
  | 'not_linkable'
  | 'not_linked'
  | 'not_splittable'
  | 'no_message'
  | 'no_upload'
  | 'infected'
  | 'changed'
  | 'deleted'
  | 'own_mailbox'
  | 'not_a_participant'
  | 'hidden'
  | 'not_for_them'
  | 'no_mailbox'
  | 'no_organization'
  | 'no_agent'
  | 'bad_address'
  | 'no_attachment'
  | 'no_such_words'
  | 'words_in_reason'
  | 'is_agent'
  | 'busy'
  | 'locked'
  | 'not_lockable'
  | 'not_allowed'
  | 'no_delivery'
  | 'not_resendable'

export function refusal(problem: Problem, detail: string): Refusal {
  return { ok: false, problem, detail }
}

export function noTicket(number: bigint): Refusal {
  return refusal('no_ticket', `There is no ticket P-${number}.`)
}

export const system: Actor = { kind: 'system', name: 'Podatelna' }

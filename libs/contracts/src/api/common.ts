import { z } from 'zod'
import { canonicalAddress } from '../address.ts'

/** What a call takes. Strict: a misspelt field would otherwise be dropped without a word. */
export const input = z.strictObject

/** One line a person typed. Line breaks and control characters could reach a mail header. */
export function line(longest: number) {
  return z
    .string()
    .trim()
    .min(1)
    .max(longest)
    .regex(/^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]*$/u, { error: 'may not hold line breaks or control characters.' })
}

/** Text of several lines. PostgreSQL holds neither NUL nor half a surrogate pair. */
export function text(longest: number) {
  return z
    .string()
    .max(longest)
    .refine((value) => !value.includes('\0') && value.isWellFormed(), {
      error: 'holds a character that cannot be stored.',
    })
}

/** `someone@example.com`, as we compare addresses. A domain without a dot is fine: `support@localhost`. */
export const EmailAddress = z
  .string()
  .trim()
  .max(254)
  .regex(/^[^\s\p{Cc}\p{Cs}@<>()[\]\\,;:"]{1,64}@[\p{L}\p{N}_-]+(\.[\p{L}\p{N}_-]+)*$/u, {
    error: 'is not an e-mail address like jana@example.com.',
  })
  .overwrite(canonicalAddress)

/** RFC 3339, UTC. */
export const Time = z.iso.datetime()

export const ById = z.object({ id: z.uuid() })

/** A place in a list, newest first: what stands after it was made earlier, or in the same millisecond with a lower id. */
export type Place = { at: Date; id: string }

const Cursor = z.string().transform((text, context): Place => {
  const [, at, id] = /^(\d{1,15})\.([0-9a-f-]{36})$/.exec(atob64(text)) ?? []
  if (at && id && z.uuid().safeParse(id).success) return { at: new Date(Number(at)), id }
  context.addIssue('is not a cursor of ours; take it from `next` of the page before.')
  return z.NEVER
})

/** What `next` says of the last item of a page. Its form is nobody's business but ours. */
export function cursor(place: Place): string {
  return btoa(`${place.at.getTime()}.${place.id}`).replace(/=+$/, '')
}

function atob64(text: string): string {
  return /^[A-Za-z0-9+/]{1,200}$/.test(text) ? atob(text.padEnd(Math.ceil(text.length / 4) * 4, '=')) : ''
}

export const ListQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('how many items at most'),
  cursor: Cursor.optional().describe('`next` of the page before this one'),
})

/** Newest first. `next` is the cursor of the following page, null on the last one; a page may hold fewer than were asked for. */
export function page<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), next: z.string().nullable() })
}

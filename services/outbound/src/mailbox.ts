/** The mailbox a notice is from, read together with what the notice is about. */
import type { Sender } from '@podatelna/notices'
import { Prisma } from '@podatelna/store'

/** `templates`: ids of its own words, by `kind/language`; null when it has none. */
export type SendingMailbox = Sender & { templates?: Record<string, string> | null }

/** In SQL, of a mailbox `mb`. The words themselves are read once (own-words.ts). */
export const sendingMailbox = Prisma.sql`
  json_build_object('address', mb.address, 'name', mb.name, 'signature', mb.signature,
    'templates', (SELECT json_object_agg(kind || '/' || language, id) FROM mailbox_templates WHERE mailbox_id = mb.id))`

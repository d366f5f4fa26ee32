/** The mailbox a notice is from, read together with what the notice is about. */
import type { Sender } from '@podatelna/notices'
import { Prisma } from '@podatelna/store'

/** `templates`: which letters it has words of its own for, if any. */
export type SendingMailbox = Sender & { templates?: OwnTemplate[] | null }
export type OwnTemplate = { id: string; kind: string; language: string }

/** In SQL, of a mailbox `mb`. The words themselves are read once (own-words.ts). */
export const sendingMailbox = Prisma.sql`
  json_build_object('address', mb.address, 'name', mb.name, 'signature', mb.signature,
    'templates', (SELECT json_agg(json_build_object('id', id, 'kind', kind, 'language', language))
      FROM mailbox_templates WHERE mailbox_id = mb.id))`

/** The calls of the API. All of them are for staff. */
import type { App } from '@podatelna/process'
import { signedIn } from '../door/caller.ts'
import type { Web } from '../door/web.ts'
import { agentCalls } from './agents.ts'
import { attachmentCalls } from './attachments.ts'
import { contactCalls, contactImport } from './contacts.ts'
import { deliveryCalls } from './deliveries.ts'
import { eventCalls } from './events.ts'
import { filterCalls } from './filters.ts'
import { legacyCalls, legacyImport } from './legacy-systems.ts'
import { mailCalls } from './mail.ts'
import { mailboxCalls } from './mailboxes.ts'
import { organizationCalls } from './organizations.ts'
import { peopleCalls } from './people.ts'
import { redactionCalls } from './redaction.ts'
import { suppressionCalls } from './suppressions.ts'
import { templateCalls } from './templates.ts'
import { textCalls } from './texts.ts'
import { ticketActs } from './ticket-acts.ts'
import { ticketAudience } from './ticket-audience.ts'
import { ticketLife } from './ticket-life.ts'
import { ticketLinks } from './ticket-links.ts'
import { ticketLock } from './ticket-lock.ts'
import { ticketCalls } from './tickets.ts'
import { uploadCalls } from './uploads.ts'
import { webhookCalls } from './webhooks.ts'

export async function api(web: Web, app: App): Promise<void> {
  web.addHook('onRequest', signedIn(app))
  mailboxCalls(web, app)
  templateCalls(web, app)
  organizationCalls(web, app)
  contactCalls(web, app)
  await web.register(async (scope: Web) => imports(scope, app))
  agentCalls(web, app)
  mailCalls(web, app)
  deliveryCalls(web, app)
  textCalls(web, app)
  suppressionCalls(web, app)
  await web.register(async (scope: Web) => eventCalls(scope, app))
  legacyCalls(web, app)
  ticketCalls(web, app)
  filterCalls(web, app)
  ticketActs(web, app)
  ticketAudience(web, app)
  ticketLife(web, app)
  ticketLock(web, app)
  ticketLinks(web, app)
  redactionCalls(web, app)
  peopleCalls(web, app)
  attachmentCalls(web, app)
  await web.register(async (scope: Web) => uploadCalls(scope, app))
  webhookCalls(web, app)
}

/** A part of its own, because no other call takes text/csv. */
function imports(web: Web, app: App): void {
  web.addContentTypeParser('text/csv', { parseAs: 'string' }, async (_request: unknown, csv: string) => ({ csv }))
  contactImport(web, app)
  legacyImport(web, app)
}

/** Plain pages for staff, rendered here, working without scripts. They read and act through the same functions as the API. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import formbody from '@fastify/formbody'
import type { App } from '@podatelna/process'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { signedIn } from '../door/caller.ts'
import type { Web } from '../door/web.ts'
import { deliveryPages } from './delivery.ts'
import { home } from './home.ts'
import { login } from './login.ts'
import { mailPages } from './mail.ts'
import { messagePages } from './message.ts'
import { redactionPages } from './redaction.ts'
import { stylesheet } from './render.ts'
import { suppressionPages } from './suppressions.ts'
import { ticketPages } from './ticket.ts'
import { ticketAudienceForms } from './ticket-audience.ts'
import { ticketLinkForm } from './ticket-links.ts'
import { ticketSplitForm } from './ticket-split.ts'

export async function pages(web: Web, app: App): Promise<void> {
  await web.register(formbody)
  assets(web)
  await login(web, app)
  await web.register(async (scope: Web) => {
    scope.addHook('onRequest', signedIn(app, askToSignIn))
    home(scope, app)
    ticketPages(scope, app)
    ticketAudienceForms(scope, app)
    ticketLinkForm(scope, app)
    ticketSplitForm(scope, app)
    deliveryPages(scope, app)
    mailPages(scope, app)
    messagePages(scope, app)
    suppressionPages(scope, app)
    redactionPages(scope, app)
  })
}

function assets(web: Web): void {
  const icon = readFileSync(join(import.meta.dirname, 'icon.svg'))
  const serve = (url: string, type: string, file: Buffer) => {
    web.get(url, { schema: { hide: true } }, async (_request, reply) =>
      reply.type(type).header('cache-control', 'public, max-age=3600').send(file),
    )
  }
  serve('/style.css', 'text/css; charset=utf-8', stylesheet)
  serve('/icon.svg', 'image/svg+xml', icon)
}

function askToSignIn(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const back = request.method === 'GET' ? `?next=${encodeURIComponent(request.url)}` : ''
  return reply.redirect(`/login${back}`, 303)
}

/**
 * The author's page (rules §1, "Authorization link"). The token in the address is the secret and the only authority:
 * GET shows, POST decides, both as often as anybody likes.
 */
import formbody from '@fastify/formbody'
import { decideLetter, openLink } from '@podatelna/admission'
import { api } from '@podatelna/contracts'
import type { App } from '@podatelna/process'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { problems } from '../api/about.ts'
import { BadInput } from '../door/input.ts'
import { answerProblem, problem, statusOf } from '../door/problem.ts'
import { isForeign } from '../door/same-origin.ts'
import type { Web } from '../door/web.ts'
import { render } from '../pages/render.ts'
import { type Link, languageOf, linkPage, wordsFor } from './link-page.ts'

export async function authorizePage(web: Web, app: App): Promise<void> {
  await web.register(formbody)
  web.get(
    '/authorize/:token',
    { ...options, schema: { ...describe('Show'), params: api.ByToken, response: answers(api.AuthorizationLink) } },
    async (request, reply) => {
      const link = await findLink(app, request.params.token)
      return show(request, reply, link)
    },
  )

  web.post(
    '/authorize/:token',
    { ...options, schema: { ...describe('Decide about'), params: api.ByToken, response: answers(api.Decided) } },
    async (request, reply) => {
      const { token } = request.params
      const link = await findLink(app, token)
      if (!link) return show(request, reply, link)
      if (isForeign(request, app.settings.PUBLIC_URL)) return say(request, reply, link.language, 403, 'foreign')
      const decision = api.Decision.safeParse(request.body, { error: api.sentence })
      if (!decision.success) return badDecision(request, reply, link, api.fieldErrors(decision.error))
      const { mail: mailId, decision: word } = decision.data
      const decided = await decideLetter(app, { token, mailId, decision: word, from: request.ip })
      if (!decided.ok) return refuseDecision(request, reply, link, decided.problem)
      if (wantsJson(request)) return { state: decided.state, already: decided.already }
      return page(reply, (await findLink(app, token)) ?? link, decided.already ? 'already' : undefined)
    },
  )
}

async function findLink({ store, settings }: App, token: string): Promise<Link | undefined> {
  const link = await openLink(store, token)
  return link && { ...link, timeZone: settings.TIME_ZONE }
}

const options = {
  // A page of 256 random bits is not guessed; this only keeps a runaway script from the database.
  config: { rateLimit: { max: 120, timeWindow: '1 minute' } },
  helmet: { referrerPolicy: { policy: 'no-referrer' as const } },
}

function describe(what: string) {
  return {
    tags: ['Authorization'],
    summary: `${what} letters in one's own name`,
    description: 'The page behind a link that was sent to a contact. Form or JSON; the token is the only authority.',
  }
}

function answers<Shape extends z.ZodType>(shape: Shape) {
  const good = {
    description: 'OK',
    content: { 'text/html': { schema: z.string() }, 'application/json': { schema: shape } },
  }
  return { 200: good, ...problems(400, 403, 404, 410, 422, 429, 500, 503) }
}

function show(request: FastifyRequest, reply: FastifyReply, link: Link | undefined) {
  if (!link) return say(request, reply, languageOf(request), 404, 'unknown')
  if (link.expired) return say(request, reply, link.language, 410, 'expired')
  if (!wantsJson(request)) return page(reply, link)
  return reply.send({
    address: link.address,
    expires_at: link.expiresAt.toISOString(),
    letters: link.letters.map(({ receivedAt, ...letter }) => ({ ...letter, received_at: receivedAt.toISOString() })),
  })
}

function page(reply: FastifyReply, link: Link, notice?: 'already' | 'which') {
  return html(reply, linkPage(link, notice))
}

function refuseDecision(
  request: FastifyRequest,
  reply: FastifyReply,
  link: Link,
  why: 'no_link' | 'expired' | 'no_letter',
) {
  if (why === 'no_letter' && !link.expired) return askWhich(request, reply, link)
  return say(request, reply, link.language, statusOf.expired, 'expired')
}

/** A decision is about one letter; of several, the page or the problem lists them all. */
function askWhich(request: FastifyRequest, reply: FastifyReply, link: Link) {
  if (!wantsJson(request)) return page(reply.code(statusOf.no_letter), link, 'which')
  const letters = link.letters.map(({ id, subject, state }) => ({
    path: 'mail',
    message: `${id} (${state}): ${subject}`,
  }))
  const detail = 'The page shows several letters, or not this one; say which one you mean.'
  return answerProblem(request, reply, problem(statusOf.no_letter, detail, letters))
}

/** One of the short pages: what is wrong, in the words of the person's language. */
function say(request: FastifyRequest, reply: FastifyReply, language: string, status: number, what: Short) {
  const words = wordsFor(language)
  const title = words[`${what}Title`]
  const detail = what === 'expired' ? words.expiredPage : words[what]
  if (wantsJson(request)) return answerProblem(request, reply, problem(status, `${title}. ${detail}`))
  return html(reply.code(status), render('authorize-short', { language, title, detail }))
}

function badDecision(request: FastifyRequest, reply: FastifyReply, link: Link, errors: api.FieldError[]) {
  if (wantsJson(request)) throw new BadInput('body', errors)
  return say(request, reply, link.language, 400, 'which')
}

function html(reply: FastifyReply, text: string): FastifyReply {
  return reply.type('text/html; charset=utf-8').send(text)
}

/** A browser asks for HTML; a program that sends or wants JSON gets JSON. */
function wantsJson(request: FastifyRequest): boolean {
  const { accept = '', 'content-type': type = '' } = request.headers
  if (accept.includes('text/html')) return false
  return accept.includes('application/json') || type.startsWith('application/json')
}

type Short = 'unknown' | 'expired' | 'foreign' | 'which'

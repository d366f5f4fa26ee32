import { agentByPassword } from '@podatelna/admission'
import { AgentRole, api } from '@podatelna/contracts'
import { normalizeAddress } from '@podatelna/mail'
import type { App } from '@podatelna/process'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { problems } from '../api/about.ts'
import { answerProblem, problem } from '../door/problem.ts'
import { isForeign } from '../door/same-origin.ts'
import { closeSession, cookieOptions, openSession, sessionCookie } from '../door/session.ts'
import type { Web } from '../door/web.ts'
import { render } from './render.ts'

/** Signing in and out, by form or JSON. Failed tries are counted for each peer and for each account. */
export async function login(web: Web, app: App): Promise<void> {
  const { store, settings } = app
  const perAccount = web.createRateLimit({ max: 10, timeWindow: '15 minutes', keyGenerator: accountOf })

  web.get(
    '/login',
    { schema: { hide: true, querystring: z.object({ next: z.string().max(500).optional() }) } },
    async (request, reply) => html(reply, render('login', { next: request.query.next })),
  )

  web.post(
    '/login',
    {
      config: { rateLimit: { max: 30, timeWindow: '1 minute' } },
      schema: { ...describe('Sign in'), body: api.Login, response: loginAnswers },
    },
    async (request, reply) => {
      if (isForeign(request, settings.PUBLIC_URL)) return answerProblem(request, reply, problem(403, fromElsewhere))
      const tries = await perAccount(request, { increment: false })
      if (!tries.isAllowed && tries.remaining === 0) {
        reply.header('retry-after', tries.ttlInSeconds)
        return refuse(request, reply, 429, tooMany)
      }
      const { email, password, next } = request.body
      const agent = await agentByPassword(store, email, password)
      if (!agent) {
        await perAccount(request)
        return refuse(request, reply, 401, wrong)
      }
      reply.setCookie(sessionCookie, await openSession(store, agent.id), cookieOptions(settings.PUBLIC_URL))
      if (!isForm(request)) return { name: agent.name, email: agent.email, role: AgentRole.parse(agent.role) }
      return reply.redirect(localPath(next), 303)
    },
  )

  web.post('/logout', { schema: describe('Sign out') }, async (request, reply) => {
    if (isForeign(request, settings.PUBLIC_URL)) return answerProblem(request, reply, problem(403, fromElsewhere))
    const token = request.cookies[sessionCookie]
    if (token) await closeSession(store, token)
    reply.clearCookie(sessionCookie, cookieOptions(settings.PUBLIC_URL))
    return isForm(request) ? reply.redirect('/login', 303) : reply.code(204).send()
  })
}

const loginAnswers = { 200: api.LoggedIn, ...problems(400, 401, 403, 429, 500, 503) }

const wrong = 'The e-mail or the password is not right.'
const tooMany = 'There were too many wrong passwords for this account. Please wait a quarter of an hour.'
const fromElsewhere = 'This request was made by another site, so it was not carried out.'

/** Only to a place of ours: what a link says may not send somebody elsewhere after they signed in. */
export function localPath(next: string | undefined): string {
  return next !== undefined && /^\/(?![/\\])[^\\\p{Cc}]*$/u.test(next) ? next : '/'
}

function refuse(request: FastifyRequest, reply: FastifyReply, status: number, detail: string) {
  if (!isForm(request)) return answerProblem(request, reply, problem(status, detail))
  const form = api.Login.safeParse(request.body)
  return html(reply.code(status), render('login', { problem: detail, ...form.data, password: undefined }))
}

function accountOf(request: FastifyRequest): string {
  const { data } = z.object({ email: z.string() }).safeParse(request.body)
  return `account ${normalizeAddress(data?.email ?? '')}`
}

function isForm(request: FastifyRequest): boolean {
  return !(request.headers['content-type'] ?? '').startsWith('application/json')
}

function html(reply: FastifyReply, text: string): FastifyReply {
  return reply.type('text/html; charset=utf-8').send(text)
}

function describe(summary: string) {
  return { tags: ['Sessions'], summary }
}

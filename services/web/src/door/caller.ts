/** Who makes a call: an agent by session, or automation by the administrator's token. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { Actor, AgentRole } from '@podatelna/contracts'
import type { App } from '@podatelna/process'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { answerProblem, problem } from './problem.ts'
import { isOurOrigin } from './same-origin.ts'
import { agentOfSession, sessionCookie } from './session.ts'

/** Automation is no agent. */
export type Caller = { actor: Actor; agentId?: string; role: AgentRole; by: 'token' | 'session' }

const administrator: Caller = { actor: { kind: 'agent', name: 'Administrator' }, role: 'admin', by: 'token' }

/** Lets nobody pass who has not signed in, no stranger's form, and agents only where they may. */
export function signedIn(app: App, ask: (request: FastifyRequest, reply: FastifyReply) => FastifyReply = ask401) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const caller = await identify(app, request)
    if (!caller) return ask(request, reply)
    if (caller.by === 'session' && isUnsafe(request) && !isOurOrigin(request, app.settings.PUBLIC_URL)) {
      return answerProblem(
        request,
        reply,
        problem(403, 'This request was made by another site, so it was not carried out.'),
      )
    }
    if (request.routeOptions.config.role === 'admin' && caller.role !== 'admin') {
      return answerProblem(request, reply, problem(403, 'Only an administrator may do this.'))
    }
    request.caller = caller
  }
}

/** The actor behind a call that passed `signedIn`. */
export function actor(request: FastifyRequest): Actor {
  return callerOf(request).actor
}

/** Who makes a call that passed `signedIn`. */
export function callerOf(request: FastifyRequest): Caller {
  if (!request.caller) throw new Error(`${request.routeOptions.url} is not behind signedIn`)
  return request.caller
}

async function identify(app: App, request: FastifyRequest): Promise<Caller | undefined> {
  const { authorization } = request.headers
  // A wrong token is wrong, whatever cookie comes with it.
  if (authorization !== undefined) return isAdminToken(app, authorization) ? administrator : undefined
  const token = request.cookies[sessionCookie]
  const agent = token && (await agentOfSession(app.store, token))
  if (!agent) return undefined
  const { id: agentId, name, email, role } = agent
  return { actor: { kind: 'agent', name, email }, agentId, role: role === 'admin' ? 'admin' : 'agent', by: 'session' }
}

function isAdminToken(app: App, authorization: string): boolean {
  const given = /^Bearer +(\S+)$/i.exec(authorization)?.[1]
  const { ADMIN_TOKEN } = app.settings
  if (given === undefined || ADMIN_TOKEN === undefined) return false
  return timingSafeEqual(sha256(given), sha256(ADMIN_TOKEN))
}

function ask401(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.header('www-authenticate', 'Bearer')
  return answerProblem(request, reply, problem(401, 'Please sign in, or send a valid bearer token.'))
}

function isUnsafe(request: FastifyRequest): boolean {
  return request.method !== 'GET' && request.method !== 'HEAD'
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

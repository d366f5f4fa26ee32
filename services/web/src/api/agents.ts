import { changeAgent, changeOwn, createAgent } from '@podatelna/admission'
import { api } from '@podatelna/contracts'
import type { App } from '@podatelna/process'
import { actor } from '../door/caller.ts'
import { fail, refuse } from '../door/problem.ts'
import type { Web } from '../door/web.ts'
import { showAgent } from '../reads/directory.ts'
import { newestFirst, pageOf, placeOf } from '../reads/page.ts'
import { about, answers, forAdmins } from './about.ts'

export function agentCalls(web: Web, { store }: App): void {
  web.get(
    '/agents',
    {
      config: forAdmins,
      schema: {
        ...about('Agents', 'List our staff'),
        querystring: api.ListQuery,
        response: answers({ 200: api.page(api.Agent) }),
      },
    },
    async ({ query }) => {
      const rows = await store.prisma.agent.findMany(newestFirst(query))
      return pageOf(rows, query.limit, placeOf, showAgent)
    },
  )

  web.post(
    '/agents',
    {
      config: forAdmins,
      schema: {
        ...about('Agents', 'Add a member of our staff', 'Without a password one is made up and told in the answer.'),
        body: api.NewAgent,
        response: answers({ 201: api.CreatedAgent }, 409),
      },
    },
    async (request, reply) => {
      const created = await createAgent(store, request.body)
      if (!created.ok) return refuse(reply, created)
      const { agent, password } = created.value
      reply.statusCode = 201
      return { ...showAgent(agent), password }
    },
  )

  web.patch(
    '/agents/:id',
    {
      config: forAdmins,
      schema: {
        ...about('Agents', 'Change a member of our staff', 'A disabled one may neither sign in nor write by mail.'),
        params: api.ById,
        body: api.AgentChanges,
        response: answers({ 200: api.Agent }, 404, 409),
      },
    },
    async (request, reply) => {
      const changed = await changeAgent(store, request.params.id, request.body)
      return changed.ok ? showAgent(changed.value) : refuse(reply, changed)
    },
  )

  web.patch(
    '/agents/me',
    {
      schema: {
        ...about('Agents', 'Set what I am told by mail, and in which language'),
        body: api.OwnChanges,
        response: answers({ 200: api.Agent }, 409),
      },
    },
    async (request, reply) => {
      const { email } = actor(request)
      if (email === undefined) return fail(reply, 409, 'The token is nobody’s: sign in as the agent this is for.')
      return showAgent(await changeOwn(store, email, request.body))
    },
  )
}

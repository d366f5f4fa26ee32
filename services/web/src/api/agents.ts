import { createAgent } from '@podatelna/admission'
import { api } from '@podatelna/contracts'
import type { App } from '@podatelna/process'
import { refuse } from '../door/problem.ts'
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
}

import { inject } from 'vitest'
import { type Desk, startDesk } from './desk.ts'
import { cloneDatabase } from './world/database.ts'

export * from './desk.ts'
export { companies } from './world/companies.ts'
export { letter } from './world/letters.ts'

export type Transport = 'in-process' | 'rabbitmq'
export const transports: Transport[] = ['in-process', 'rabbitmq']

/** A desk for one test file: a database of its own on the server of the run, and the transport under test. */
export async function openDesk(options: { transport?: Transport; env?: Record<string, string> } = {}): Promise<Desk> {
  const database = await cloneDatabase(inject('databaseUrl'))
  const amqpUrl = options.transport === 'rabbitmq' ? inject('amqpUrl') : undefined
  const desk = await startDesk({ databaseUrl: database.url, ...(amqpUrl && { amqpUrl }), env: options.env ?? {} })
  return {
    ...desk,
    async close() {
      await desk.close()
      await database.drop()
    },
  }
}

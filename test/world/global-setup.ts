import type { TestProject } from 'vitest/node'
import { startDatabase } from './database.ts'
import { startRabbit } from './rabbitmq.ts'

/** Starts what all test files share; each makes its own databases and queues in it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const started = await Promise.allSettled([startDatabase(), startRabbit()])
  const stop = async () => {
    await Promise.all(started.map((server) => server.status === 'fulfilled' && server.value.stop()))
  }
  const failure = started.find((server) => server.status === 'rejected')
  if (failure) {
    await stop()
    throw failure.reason
  }
  const [database, rabbit] = started.map((server) => (server as PromiseFulfilledResult<{ url: string }>).value)
  project.provide('databaseUrl', database!.url)
  project.provide('amqpUrl', rabbit!.url)
  return stop
}

declare module 'vitest' {
  interface ProvidedContext {
    /** The server; see `cloneDatabase`. */
    databaseUrl: string
    amqpUrl: string
  }
}

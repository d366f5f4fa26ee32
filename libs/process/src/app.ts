import { type Bus, openBus } from '@podatelna/bus'
import { openReader, type Reader } from '@podatelna/mail'
import {
  createLogger,
  createMetrics,
  type HealthCheck,
  type Logger,
  letterFolder,
  type Metrics,
  type Settings,
} from '@podatelna/runtime'
import { openStore, type Store } from '@podatelna/store'
import { secretKeys } from './secret-keys.ts'

/** What every service is given: the parts of one process. */
export type App = {
  settings: Settings
  log: Logger
  metrics: Metrics
  store: Store
  bus: Bus
  /** Reads letters in processes of their own. */
  reader: Reader
  /** Secrets for tokens in mail: the first signs, all verify. */
  keys: string[]
  checks: HealthCheck[]
}

/** A started service. `close` takes nothing new, finishes what is under way, and resolves. */
export type Service = { close(): Promise<void> }

/** Opens database, letter store and bus. The schema must be there already. */
export function openApp(service: string, settings: Settings, databaseUrl: string): App {
  const log = createLogger(service, settings)
  const metrics = createMetrics()
  const keys = secretKeys(settings)
  const store = openStore({ databaseUrl, letterFolder: letterFolder(settings) })
  const bus = openBus({ store, log, metrics, amqpUrl: settings.AMQP_URL, namespace: settings.BUS_NAMESPACE })
  const reader = openReader({
    deadlineMs: settings.READ_SECONDS * 1_000,
    memoryMiB: settings.READ_MEMORY_MIB,
    onTrouble(trouble, detail) {
      metrics.unread.inc({ trouble })
      log.warn({ trouble, detail }, 'a letter could not be read in full')
    },
  })
  const checks = [
    { name: 'database', check: () => store.ping() },
    { name: 'bus', check: () => bus.ping() },
  ]
  return { settings, log, metrics, store, bus, reader, keys, checks }
}

export async function closeApp(app: App): Promise<void> {
  await app.bus.close()
  await app.reader.close()
  await app.store.close()
}

import { BadSettings, type Logger, readSettings, type Settings, serveHealth } from '@podatelna/runtime'
import { migrate } from '@podatelna/store'
import { type App, closeApp, openApp, type Service } from './app.ts'

/**
 * Runs one service as a process of its own: settings, database, service, signal, stop in reverse.
 * Ends with exit code 1 and one clear message when it cannot start.
 */
export async function runProcess(name: string, start: (app: App) => Promise<Service>): Promise<void> {
  try {
    const { settings, databaseUrl } = separateProcess(readSettings(process.env))
    await migrate(databaseUrl)
    const app = openApp(name, settings, databaseUrl)
    lastWords(app.log)
    const service = await start(app)
    const health = settings.HEALTH_LISTEN && (await serveHealth(settings.HEALTH_LISTEN, app.checks, app.metrics))
    app.log.info('ready')
    await stopSignal()
    app.log.info('stopping: finishing what is under way')
    await service.close()
    await health?.close()
    await closeApp(app)
    process.exit(0)
  } catch (error) {
    sayAndExit(error)
  }
}

/** Resolves at the first SIGINT or SIGTERM; a second one ends the process at once. */
export function stopSignal(): Promise<void> {
  return new Promise((done) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        process.once(signal, () => process.exit(1))
        done()
      })
    }
  })
}

/** What nobody caught ends the process, as it must, with a line in its log instead of bare text on stderr. */
export function lastWords(log: Logger): void {
  process.once('uncaughtException', (error) => {
    log.fatal({ err: error }, 'the process ends: nobody caught an error')
    process.exit(1)
  })
}

/** A person reads this: the sentence, never a stack trace. */
export function sayAndExit(error: unknown): never {
  process.stderr.write(`\nPodatelna cannot start: ${explain(error)}\n`)
  process.exit(1)
}

function separateProcess(settings: Settings): { settings: Settings; databaseUrl: string } {
  const problems: string[] = []
  if (!settings.DATABASE_URL) problems.push('DATABASE_URL: is needed when services run as separate processes.')
  if (!settings.AMQP_URL) problems.push('AMQP_URL: is needed when services run as separate processes.')
  if (problems.length > 0) throw new BadSettings(problems)
  return { settings, databaseUrl: settings.DATABASE_URL! }
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code, address, port, path } = error as NodeJS.ErrnoException & { address?: string; port?: number }
  if (code === 'EADDRINUSE') return `another program already listens on ${address}:${port}.`
  if (code === 'EADDRNOTAVAIL') return `${address} is not an address of this machine.`
  if (code === 'EACCES' && port)
    return `this account may not listen on ${address}:${port}; ports below 1024 need more rights.`
  if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM') return `the folder or file ${path} cannot be written.`
  if (code === 'ECONNREFUSED') return `the database does not answer at ${address}:${port}.`
  return error.message
}

import { ensureFirstAdministrator } from '@podatelna/admission'
import { startIngress } from '@podatelna/ingress'
import { startOutbound } from '@podatelna/outbound'
import { type App, closeApp, openApp } from '@podatelna/process'
import type { Settings } from '@podatelna/runtime'
import { migrate } from '@podatelna/store'
import { startTickets } from '@podatelna/tickets'
import { startWeb } from '@podatelna/web'
import { openDataFolder } from './data-folder.ts'

export type Podatelna = {
  app: App
  databaseUrl: string
  smtpPort: number
  lmtpPort: number | undefined
  httpPort: number
  /** The first administrator, when this start created them. */
  administrator: { email: string; password: string } | undefined
  close(): Promise<void>
}

/** All services in one process. Without DATABASE_URL the database comes along; without AMQP_URL events stay inside. */
export async function startPodatelna(settings: Settings): Promise<Podatelna> {
  const steps: (() => Promise<void>)[] = []
  /** Whatever was started is stopped in reverse, also when a later step fails. */
  const close = async () => {
    for (const stop of steps.splice(0).reverse()) await stop()
  }
  try {
    const data = await openDataFolder(settings)
    steps.push(data.close)
    await migrate(data.databaseUrl)
    const app = openApp('podatelna', settings, data.databaseUrl)
    steps.push(() => closeApp(app))
    const administrator = await ensureFirstAdministrator(app.store)
    const outbound = await startOutbound(app)
    steps.push(outbound.close)
    const tickets = await startTickets(app)
    steps.push(tickets.close)
    const web = await startWeb(app)
    steps.push(web.close)
    const ingress = await startIngress(app)
    steps.push(ingress.close)
    const { databaseUrl } = data
    const { smtpPort, lmtpPort } = ingress
    return { app, databaseUrl, smtpPort, lmtpPort, httpPort: web.port, administrator, close }
  } catch (error) {
    await close()
    throw error
  }
}

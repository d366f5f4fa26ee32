import { createResolver, openDoor } from '@podatelna/admission'
import type { App, Service } from '@podatelna/process'
import { openSmtpDoor } from './smtp-door.ts'

/** Receives letters: SMTP in, one commit, answer out. */
export async function startIngress(app: App): Promise<Service & { smtpPort: number }> {
  const { settings, store, bus, keys } = app
  const door = openDoor({
    store,
    bus,
    keys,
    resolver: createResolver(settings.DNS_SERVERS),
    mailDomain: settings.MAIL_DOMAIN,
    arcSealers: settings.TRUSTED_ARC_SEALERS,
  })
  const smtp = await openSmtpDoor(door, settings, app.log, app.metrics)
  return { smtpPort: smtp.port, close: smtp.close }
}

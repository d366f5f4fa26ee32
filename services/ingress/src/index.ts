import { createResolver, openDoor } from '@podatelna/admission'
import type { App, Service } from '@podatelna/process'
import { networks } from '@podatelna/runtime'
import { openImapDoor } from './imap-door.ts'
import { Connections, Guesses } from './limits.ts'
import { openSmtpDoor } from './smtp-door.ts'

/** Receives letters: SMTP or LMTP in, one commit, answer out; and collects them by IMAP. */
export async function startIngress(app: App): Promise<Service & { smtpPort: number; lmtpPort: number | undefined }> {
  const { settings, store, bus, keys, log, metrics } = app
  const door = openDoor({
    store,
    bus,
    keys,
    resolver: createResolver(settings.DNS_SERVERS),
    mailDomain: settings.MAIL_DOMAIN,
    arcSealers: settings.TRUSTED_ARC_SEALERS,
  })
  const hops = networks(settings.TRUSTED_RELAYS)
  const house = {
    ...{ door, settings, log, metrics, hops, relays: hops },
    connections: new Connections(settings.MAX_CONNECTIONS, settings.MAX_CONNECTIONS_PER_PEER),
    guesses: new Guesses(settings.MAX_UNKNOWN_RECIPIENTS),
  }
  store.letters.tidy().catch((error) => log.warn({ cause: String(error) }, 'unfinished letters stay'))
  const smtp = await openSmtpDoor(house, settings.SMTP_LISTEN, 'SMTP')
  // Who may hand letters over by LMTP: our relays, and whatever runs on this machine.
  const neighbours = networks([...settings.TRUSTED_RELAYS, '127.0.0.0/8', '::1'])
  const lmtp =
    settings.LMTP_LISTEN && (await openSmtpDoor({ ...house, relays: neighbours }, settings.LMTP_LISTEN, 'LMTP'))
  const elsewhere = settings.IMAP_URL.map((account) => openImapDoor(house, account))
  return {
    smtpPort: smtp.port,
    lmtpPort: lmtp?.port,
    async close() {
      await Promise.all([smtp, lmtp, ...elsewhere].map((entrance) => entrance?.close()))
    },
  }
}

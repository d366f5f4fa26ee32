/** The certificate for STARTTLS. A renewed one is noticed by the next connection; nobody has to restart anything. */
import { readFileSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import type { Logger, Settings } from '@podatelna/runtime'
import type { SMTPServer } from 'smtp-server'

export type Certificate = {
  options: { cert: Buffer; key: Buffer }
  /** Takes the files as they are now, if they have changed. */
  renew(server: SMTPServer): Promise<void>
}

export function loadCertificate(settings: Settings, log: Logger): Certificate | undefined {
  const { SMTP_TLS_CERT: certFile, SMTP_TLS_KEY: keyFile } = settings
  if (!certFile || !keyFile) return undefined
  let seen: string | undefined
  return {
    options: { cert: readFileSync(certFile), key: readFileSync(keyFile) },
    async renew(server) {
      try {
        const now = await stampOf(certFile, keyFile)
        const before = seen
        seen = now
        if (now === before) return
        const [cert, key] = await Promise.all([readFile(certFile), readFile(keyFile)])
        // The server would be left without any context by a pair that does not match: tried here first.
        createSecureContext({ cert, key })
        server.updateSecureContext({ cert, key })
      } catch (error) {
        log.warn({ cause: String(error), file: certFile }, 'the renewed certificate cannot be used; the old one stays')
      }
    },
  }
}

async function stampOf(...files: string[]): Promise<string> {
  const stats = await Promise.all(files.map((file) => stat(file)))
  return stats.map(({ mtimeMs, size, ino }) => `${mtimeMs} ${size} ${ino}`).join(', ')
}

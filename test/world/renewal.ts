import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

/** A self-signed certificate and its key, as files. Written anew each time: what renewal does. */
export function writeCertificate(folder: string, name: string): { cert: string; key: string } {
  mkdirSync(folder, { recursive: true })
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
  const what = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', `/CN=${name}`]
  execFileSync('openssl', [...what, '-keyout', key, '-out', cert], { stdio: 'ignore' })
  return { cert, key }
}

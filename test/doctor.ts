import { generateKeyPairSync } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { examine } from '@podatelna/doctor'
import { readSettings } from '@podatelna/runtime'
import { certificate, certificateKey } from './world/certificate.ts'
import { startDns, type Zone } from './world/dns.ts'
import { freshFolder } from './world/folder.ts'
import { startSink } from './world/sink.ts'

/** An installation in perfect order, database and broker apart: zone, relay, keys, certificate, settings. */
export type Patient = {
  folder: string
  /** The settings; add DATABASE_URL and AMQP_URL. */
  env: Record<string, string>
  /** The key as published. */
  dkim: string
  /** What the doctor has to say once settings and zone are changed. */
  problems(env: Record<string, string>, change?: Zone): Promise<Problem[]>
  close(): Promise<void>
}

export type Problem = { text: string; paste: string[] | undefined }

export async function startPatient(): Promise<Patient> {
  const folder = await freshFolder('doctor')
  const { privatePem, published } = keyPair()
  await writeFile(join(folder, 'dkim.pem'), privatePem)
  await writeFile(join(folder, 'tls.pem'), certificate)
  await writeFile(join(folder, 'tls.key'), certificateKey)
  const [dns, relay] = await Promise.all([startDns(goodZone(published)), startSink()])
  const env = { ...goodSettings(folder), DNS_SERVERS: dns.address, RELAY_URL: relay.url }
  return {
    folder,
    env,
    dkim: published,
    problems: (changed, zone = {}) => problems({ ...env, ...changed }, { ...goodZone(published), ...zone }),
    async close() {
      await Promise.all([dns.close(), relay.close()])
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** All but the embedded database that no instance runs. */
async function problems(env: Record<string, string>, zone: Zone): Promise<Problem[]> {
  const dns = await startDns(zone)
  try {
    const findings = await examine(readSettings({ ...env, DNS_SERVERS: dns.address }))
    const told = findings.filter(({ state, says }) => state !== 'ok' && !says.startsWith('the embedded one rests'))
    return told.map(({ state, subject, says, paste }) => ({ text: `${state}: ${subject}: ${says}`, paste }))
  } finally {
    await dns.close()
  }
}

function goodZone(published: string): Zone {
  return {
    'desk.test': { A: ['127.0.0.1'], MX: ['10 mx.desk.test'], TXT: ['something=else', 'v=spf1 ip4:127.0.0.1 -all'] },
    'mx.desk.test': { A: ['127.0.0.1'] },
    's1._domainkey.desk.test': { TXT: [dkimRecord(published)] },
    '_dmarc.desk.test': { TXT: ['v=DMARC1; p=reject'] },
    '1.0.0.127.in-addr.arpa': { PTR: ['mx.desk.test'] },
  }
}

function goodSettings(folder: string): Record<string, string> {
  return {
    DATA_DIR: folder,
    MAIL_DOMAIN: 'desk.test',
    PUBLIC_URL: 'https://support.desk.test',
    DKIM_SELECTOR: 's1',
    DKIM_KEY_FILE: join(folder, 'dkim.pem'),
    SMTP_TLS_CERT: join(folder, 'tls.pem'),
    SMTP_TLS_KEY: join(folder, 'tls.key'),
    SECRET_KEYS: 'k'.repeat(32),
    SMTP_LISTEN: '127.0.0.1:0',
    HTTP_LISTEN: '127.0.0.1:0',
  }
}

export function dkimRecord(published: string): string {
  return `v=DKIM1; k=rsa; p=${published}`
}

export function keyPair(): { privatePem: string; published: string } {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  return { privatePem: privateKey, published: publicKey.toString('base64') }
}

import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Settings } from '@podatelna/runtime'
import { type Finding, fault, ok, warning } from './finding.ts'

const subject = 'certificate'
const dayMs = 86_400_000

/** What ingress shows to those who ask for STARTTLS. */
export async function checkCertificate({ SMTP_TLS_CERT, SMTP_TLS_KEY }: Settings): Promise<Finding[]> {
  if (!SMTP_TLS_CERT || !SMTP_TLS_KEY) {
    const change = 'Set SMTP_TLS_CERT and SMTP_TLS_KEY to a certificate for the name in the MX record.'
    return [
      warning(subject, 'there is none: letters arrive in plain text.', { why: 'They can be read on the way.', change }),
    ]
  }
  const [certificate, key] = [await readFile(SMTP_TLS_CERT), await readFile(SMTP_TLS_KEY)]
  return [inspect(new X509Certificate(certificate), createPrivateKey(key))]
}

function inspect(certificate: X509Certificate, key: KeyObject): Finding {
  const why = 'Servers that insist on TLS cannot deliver.'
  if (!certificate.checkPrivateKey(key)) return fault(subject, 'SMTP_TLS_KEY is not the key of SMTP_TLS_CERT.', { why })
  const days = Math.floor((Date.parse(certificate.validTo) - Date.now()) / dayMs)
  const date = new Date(certificate.validTo).toISOString().slice(0, 10)
  const renew = { why, change: 'Renew it.' }
  if (days < 0) return fault(subject, `expired on ${date}.`, renew)
  if (days < 14) return warning(subject, `expires on ${date}, in ${days} days.`, renew)
  return ok(subject, `for ${certificate.subjectAltName?.replaceAll('DNS:', '') ?? certificate.subject}, until ${date}.`)
}

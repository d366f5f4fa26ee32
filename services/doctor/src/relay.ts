import type { Settings } from '@podatelna/runtime'
import { createTransport, type NodemailerError } from 'nodemailer'
import { type Finding, fault, ok, warning } from './finding.ts'

/** Connects to each, says EHLO and STARTTLS, signs in when its URL has a password; sends nothing. */
export async function checkRelays({ RELAY_URL, MAIL_DOMAIN }: Settings): Promise<Finding[]> {
  if (RELAY_URL.length === 0) {
    const change = 'Set RELAY_URL to the server that is to send it.'
    return [
      warning('relay', 'there is none: outgoing mail is captured.', {
        why: 'Clients receive nothing.',
        change,
        paste: ['RELAY_URL=smtp://user:password@relay.example.com:587'],
      }),
    ]
  }
  return Promise.all(RELAY_URL.map((url) => checkRelay(url, MAIL_DOMAIN)))
}

async function checkRelay(url: string, mailDomain: string): Promise<Finding> {
  const { host, username, password, hostname } = new URL(url)
  const subject = `relay ${host}`
  const signedIn = username ? `, and ${decodeURIComponent(username)} may sign in` : ''
  const strict = await attempt({ url, name: mailDomain, requireTLS: true })
  if (!strict) return ok(subject, `answers, with TLS${signedIn}.`)
  const plain = await attempt({
    url,
    name: mailDomain,
    opportunisticTLS: true,
    tls: { rejectUnauthorized: false },
  })
  if (plain) return unusable(subject, plain)
  if (/^(localhost|127\.[\d.]+|\[::1\])$/.test(hostname)) return ok(subject, `answers, on this machine${signedIn}.`)
  return (password ? fault : warning)(subject, `answers, but its TLS cannot be trusted: ${strict.message}.`, {
    why: password ? 'Who stands between could take the password.' : 'Letters can be read on the way.',
    change: 'Use the name on its certificate, smtps:// or the port where it offers STARTTLS.',
  })
}

async function attempt(options: object): Promise<NodemailerError | undefined> {
  const transport = createTransport({ ...options, ...patience })
  try {
    await transport.verify()
    return undefined
  } catch (error) {
    return error as NodemailerError
  } finally {
    transport.close()
  }
}

const patience = { connectionTimeout: 4_000, greetingTimeout: 4_000, socketTimeout: 4_000, dnsTimeout: 4_000 }

function unusable(subject: string, { code, message, response }: NodemailerError): Finding {
  const why = 'Letters to clients wait, and are tried again for days.'
  if (code === 'EAUTH') {
    const change = 'Correct user and password in RELAY_URL; characters like @ and / are written as %40 and %2F.'
    return fault(subject, `does not accept user and password: ${response ?? message}.`, { why, change })
  }
  return fault(subject, `cannot be used: ${response ?? message}.`, {
    why,
    change: 'Correct RELAY_URL, or start the relay.',
  })
}

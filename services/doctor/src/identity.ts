import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Settings } from '@podatelna/runtime'
import { type Finding, fault, ok, warning } from './finding.ts'

/** By which names and secrets others know this installation. */
export function checkMailDomain({ MAIL_DOMAIN, RELAY_URL }: Settings): Finding {
  const subject = 'mail domain'
  if (MAIL_DOMAIN !== 'localhost') return ok(subject, `letters are sent for ${MAIL_DOMAIN}.`)
  const advice = {
    why: 'No other server takes letters from it, and no bounce finds its way back.',
    change: 'Set MAIL_DOMAIN to a domain of yours.',
    paste: ['MAIL_DOMAIN=support.example.com'],
  }
  return RELAY_URL.length > 0
    ? fault(subject, 'is localhost, and RELAY_URL is set.', advice)
    : warning(subject, 'is localhost.', advice)
}

export function checkPublicUrl({ PUBLIC_URL }: Settings): Finding {
  const subject = 'public address'
  const { protocol, hostname } = new URL(PUBLIC_URL)
  if (/^(localhost|127\.[\d.]+|\[::1\])$/.test(hostname)) {
    return warning(subject, `${PUBLIC_URL} is reached from this machine only.`, {
      why: 'Links in letters begin with it: clients could neither confirm a letter nor open their ticket.',
      change: 'Set PUBLIC_URL to the address of your reverse proxy.',
      paste: ['PUBLIC_URL=https://support.example.com'],
    })
  }
  if (protocol === 'https:') return ok(subject, PUBLIC_URL)
  return warning(subject, `${PUBLIC_URL} is not encrypted.`, {
    why: 'Passwords, and the links that confirm letters, can be read on the way.',
    change: 'Put a reverse proxy with a certificate in front of HTTP_LISTEN.',
    paste: [`PUBLIC_URL=${PUBLIC_URL.replace('http:', 'https:')}`],
  })
}

export async function checkSecretKeys(settings: Settings): Promise<Finding[]> {
  const subject = 'secret keys'
  const { SECRET_KEYS, DATA_DIR, DATABASE_URL, AMQP_URL } = settings
  if (SECRET_KEYS.length > 0) return [checkStrength(SECRET_KEYS)]
  if (DATABASE_URL && AMQP_URL) {
    return [
      warning(subject, 'SECRET_KEYS is not set, so each process makes its own in its DATA_DIR.', {
        why: 'A token signed by one is unknown to another: replies would open new tickets.',
        change: 'Give all processes the same key, unless they share DATA_DIR.',
        paste: ['export SECRET_KEYS=$(openssl rand -base64 32)'],
      }),
    ]
  }
  return [await checkKeyFile(join(DATA_DIR, 'secret.key'))]
}

function checkStrength(keys: string[]): Finding {
  const subject = 'secret keys'
  const says =
    keys.length === 1 ? 'one key, from SECRET_KEYS.' : `${keys.length} keys, from SECRET_KEYS; the first signs.`
  if (keys.every((key) => key.length >= 32)) return ok(subject, says)
  return warning(subject, 'SECRET_KEYS holds a key of less than 32 characters.', {
    why: 'Who guesses it can forge the tokens in mail.',
    change: 'Put a long one in front, and leave the short one behind it while its letters may be answered.',
    paste: ['openssl rand -base64 32'],
  })
}

async function checkKeyFile(file: string): Promise<Finding> {
  const subject = 'secret keys'
  const key = await readFile(file, 'utf8').catch(() => undefined)
  if (key === undefined) return ok(subject, `none yet; the first start makes ${file}.`)
  const { mode } = await stat(file)
  if (process.platform === 'win32' || (mode & 0o077) === 0) return ok(subject, `one key, from ${file}.`)
  return warning(subject, `other accounts may read ${file}.`, {
    why: 'Who has the key can forge the tokens in mail.',
    change: 'Take the right from them.',
    paste: [`chmod 600 ${file}`],
  })
}

/** Secrets and signatures of webhooks, as https://www.standardwebhooks.com has them. */
import { createHmac } from 'node:crypto'

/** Which secret of which webhook; `previousUntil` set: the version before still signs. */
export type SecretOf = { id: string; version: number; previousUntil: Date | null }

/**
 * What the webhook's owner keeps: `whsec_` and the base64 of 32 bytes. It is made of our own key, so that it is stored
 * nowhere: who reads the database cannot sign.
 */
export function secretOf(key: string, id: string, version: number): string {
  return `whsec_${keyOf(key, id, version).toString('base64')}`
}

/**
 * `webhook-signature`: one signature for each secret that may be in use, since SECRET_KEYS are changed as all keys are:
 * by adding a new one in front of the old.
 *
 * @param message its id, moment (Unix seconds) and body, as they are sent
 */
export function signatures(
  keys: readonly string[],
  { id, version, previousUntil }: SecretOf,
  message: { id: string; at: number; body: string },
): string {
  const versions = previousUntil && previousUntil.getTime() > message.at * 1_000 ? [version, version - 1] : [version]
  const signed = `${message.id}.${message.at}.${message.body}`
  return keys
    .flatMap((key) => versions.map((each) => keyOf(key, id, each)))
    .map((secret) => `v1,${createHmac('sha256', secret).update(signed).digest('base64')}`)
    .join(' ')
}

function keyOf(key: string, id: string, version: number): Buffer {
  return createHmac('sha256', key).update(`webhook ${id} ${version}`).digest()
}

import { randomBytes, randomInt, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'

/** RFC 7914; one of the settings OWASP recommends: 32 MiB and a few tenths of a second. */
const cost = { N: 2 ** 15, r: 8, p: 3 }
const keyBytes = 32

/** `scrypt$N$r$p$salt$key`: the settings stand beside the key, so that they can be raised later. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const key = await derive(password, salt, cost)
  return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64url'), key.toString('base64url')].join('$')
}

/** Without a hash (no such account, or no password set) it takes as long as with one, and is false. */
export async function passwordFits(password: string, hash: string | null | undefined): Promise<boolean> {
  const [, N, r, p, salt, key] = (hash ?? nobodysHash).split('$')
  if (salt === undefined || key === undefined) return false
  const wanted = Buffer.from(key, 'base64url')
  const given = await derive(password, Buffer.from(salt, 'base64url'), { N: Number(N), r: Number(r), p: Number(p) })
  return timingSafeEqual(wanted, given) && Boolean(hash)
}

/** About 74 bits, without letters that look alike: `kfh4w-9rmxp-2tz7c`. */
export function readablePassword(): string {
  const group = () => Array.from({ length: 5 }, () => letters[randomInt(letters.length)]).join('')
  return [group(), group(), group()].join('-')
}

const letters = 'abcdefghjkmnpqrstuvwxyz23456789'
const nobodysHash = ['scrypt', cost.N, cost.r, cost.p, 'bm9ib2R5', Buffer.alloc(keyBytes).toString('base64url')].join(
  '$',
)

function derive(password: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> {
  const maxmem = 64 * 1024 * 1024
  return new Promise((done, fail) => {
    // The same letters typed on two keyboards may be different code points (RFC 8265 §4.2).
    scrypt(password.normalize('NFC'), salt, keyBytes, { ...options, maxmem }, (error, key) =>
      error ? fail(error) : done(key),
    )
  })
}

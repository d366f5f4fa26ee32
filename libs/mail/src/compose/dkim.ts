/** Our DKIM signatures (RFC 6376, RFC 8463): one by each key, so that keys can be rotated and kinds of keys be mixed. */
import { createHash, createPrivateKey, type KeyObject, sign } from 'node:crypto'

/** A private key in PEM, RSA of at least 1,024 bits or Ed25519, and the selector its public part is published under. */
export type SigningKey = { selector: string; privateKey: string }

/** Gives the letter with our signatures in front of it. */
export type Signer = (source: Buffer) => Buffer

/**
 * What receivers show or act on. `twice` are named once more than they are there, so that nobody can add another one in
 * front of them (RFC 6376 §8.15).
 */
const twice = [
  ...['from', 'to', 'cc', 'subject', 'date', 'reply-to', 'message-id', 'in-reply-to', 'references'],
  ...['mime-version', 'content-type'],
]
const once = ['auto-submitted', 'list-id', 'list-unsubscribe', 'list-unsubscribe-post', 'thread-index']

/** @throws Error naming the selector whose key cannot sign */
export function openSigner(domain: string, keys: readonly SigningKey[]): Signer {
  const opened = keys.map(({ selector, privateKey }) => ({ selector, ...openKey(selector, privateKey) }))
  return (source) => {
    if (opened.length === 0) return source
    const { fields, bodyHash } = relaxed(source)
    const at = Math.floor(Date.now() / 1000)
    const lines = opened.map((key) => signature(key, { domain, at, fields, bodyHash }))
    return Buffer.concat([Buffer.from(lines.join('')), source])
  }
}

function signature({ selector, algorithm, key }: Key & { selector: string }, letter: Signed): string {
  const { domain, at, fields, bodyHash } = letter
  const covered = [...twice, ...once].flatMap((name) => fields.get(name)?.map(() => name) ?? [])
  const names = [...covered, ...twice]
  const unsigned = [
    `DKIM-Signature: v=1; a=${algorithm}; c=relaxed/relaxed; t=${at};`,
    ` d=${domain}; s=${selector};`,
    ` h=${folded(names.join(':'))};`,
    ` bh=${bodyHash};`,
    ' b=',
  ].join('\r\n')
  // §5.4.2: of fields with one name the last comes first; one that is not there is nothing.
  const taken = new Map<string, number>()
  const signed = names.map((name) => {
    const nth = (taken.get(name) ?? 0) + 1
    taken.set(name, nth)
    return fields.get(name)?.at(-nth) ?? ''
  })
  const data = Buffer.from(signed.join('') + relaxedField(unsigned), 'latin1')
  const digest = algorithm === 'ed25519-sha256' ? createHash('sha256').update(data).digest() : data
  const value = sign(algorithm === 'ed25519-sha256' ? null : 'sha256', digest, key).toString('base64')
  return `${unsigned}${value.match(/.{1,72}/g)!.join('\r\n ')}\r\n`
}

/** The header, canonicalised and by name, in order; and the hash of the body (§3.4.2, §3.4.4). */
function relaxed(source: Buffer): Pick<Signed, 'fields' | 'bodyHash'> {
  const end = source.indexOf('\r\n\r\n')
  const header = source.toString('latin1', 0, end < 0 ? source.length : end)
  const fields = new Map<string, string[]>()
  for (const field of header.split(/\r\n(?![ \t])/)) {
    const name = field.slice(0, field.indexOf(':')).trim().toLowerCase()
    fields.set(name, [...(fields.get(name) ?? []), `${relaxedField(field)}\r\n`])
  }
  const body = end < 0 ? '' : source.toString('latin1', end + 4)
  return { fields, bodyHash: createHash('sha256').update(relaxedBody(body), 'latin1').digest('base64') }
}

function relaxedField(field: string): string {
  const colon = field.indexOf(':')
  const value = field
    .slice(colon + 1)
    .replace(/\r\n/g, '')
    .replace(/[ \t]+/g, ' ')
  return `${field.slice(0, colon).trim().toLowerCase()}:${value.trim()}`
}

/** Lines of ours are 76 characters at most: nothing here grows with their square. */
function relaxedBody(body: string): string {
  const lines = body
    .replace(/[ \t]+/g, ' ')
    .replaceAll(' \r\n', '\r\n')
    .replace(/ $/, '')
  let end = lines.length
  while (end >= 2 && lines.startsWith('\r\n', end - 2)) end -= 2
  return end === 0 ? '' : `${lines.slice(0, end)}\r\n`
}

/** A list of names in lines; it may be broken after each colon. */
function folded(value: string): string {
  const lines: string[] = []
  for (const piece of value.split(/(?<=:)/)) {
    const line = lines.at(-1)
    if (line !== undefined && line.length + piece.length <= 72) lines[lines.length - 1] = line + piece
    else lines.push(piece)
  }
  return lines.join('\r\n ')
}

function openKey(selector: string, pem: string): Key {
  let key: KeyObject
  try {
    key = createPrivateKey(pem)
  } catch {
    throw new Error(`the key of ${selector} is no private key in PEM`)
  }
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key
  if (type === 'ed25519') return { algorithm: 'ed25519-sha256', key }
  if (type !== 'rsa') throw new Error(`the key of ${selector} is neither RSA nor Ed25519`)
  // RFC 8301 §3.2: nobody may accept a shorter one.
  if ((details?.modulusLength ?? 0) < 1024) throw new Error(`the key of ${selector} has fewer than 1,024 bits`)
  return { algorithm: 'rsa-sha256', key }
}

type Key = { algorithm: 'rsa-sha256' | 'ed25519-sha256'; key: KeyObject }
type Signed = { domain: string; at: number; fields: Map<string, string[]>; bodyHash: string }

/** For tests: certificates and CMS as other programs write them, by node:crypto alone (RFC 5280, RFC 5652). */
import { constants, createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { derOf } from './ber.ts'

export type Person = { certificate: Buffer; key: KeyObject; method: Method }

type Method = { oid: string; parameters: Buffer; hash: string | null; digest: string; pss?: true }

const nothing = Buffer.from([5, 0])
const sha512 = '2.16.840.1.101.3.4.2.3'
const digests: Record<string, string> = { sha1: '1.3.14.3.2.26', sha256: '2.16.840.1.101.3.4.2.1', sha512 }

const pssParameters = (hash: string) =>
  sequence(
    derOf(0xa0, sequence(oid(digests[hash]!), nothing)),
    derOf(0xa1, sequence(oid('1.2.840.113549.1.1.8'), sequence(oid(digests[hash]!), nothing))),
    derOf(0xa2, integer(32)),
  )

const pss = pssParameters('sha256')

const methods = {
  rsa: { oid: '1.2.840.113549.1.1.11', parameters: nothing, hash: 'sha256', digest: 'sha256' },
  'rsa, SHA-1': { oid: '1.2.840.113549.1.1.1', parameters: nothing, hash: 'sha1', digest: 'sha1' },
  pss: { oid: '1.2.840.113549.1.1.10', parameters: pss, hash: 'sha256', digest: 'sha256', pss: true },
  ecdsa: { oid: '1.2.840.10045.4.3.2', parameters: Buffer.alloc(0), hash: 'sha256', digest: 'sha256' },
  ed25519: { oid: '1.3.101.112', parameters: Buffer.alloc(0), hash: null, digest: 'sha512' },
} satisfies Record<string, Method>

export function person(
  kind: keyof typeof methods,
  { address = 'jana@acme.example', from = '250101000000Z', to = '300101000000Z' } = {},
): Person {
  const { publicKey, privateKey } = keysFor(kind)
  const method = methods[kind]
  const name = (text: string) => sequence(set(sequence(oid('2.5.4.3'), derOf(0x0c, Buffer.from(text)))))
  const alternative = sequence(derOf(0x81, Buffer.from(address)))
  const extensions = sequence(
    sequence(oid('2.5.29.17'), octets(alternative)),
    sequence(oid('2.5.29.14'), octets(octets(Buffer.from('key of Jana')))),
  )
  const tbs = sequence(
    derOf(0xa0, integer(2)),
    integer(7),
    algorithm(method),
    name('Acme CA'),
    sequence(derOf(0x17, Buffer.from(from)), derOf(0x17, Buffer.from(to))),
    name('Jana Nová'),
    publicKey.export({ type: 'spki', format: 'der' }),
    derOf(0xa3, extensions),
  )
  const certificate = sequence(tbs, algorithm(method), bits(signed(method, privateKey, tbs)))
  return { certificate, key: privateKey, method }
}

export type Options = {
  detached?: boolean
  time?: string
  attributes?: boolean
  byKeyId?: boolean
  certificates?: boolean
}

export function signedData(
  { certificate, key, method }: Person,
  content: Buffer,
  { detached = false, time = '260302100000Z', attributes = true, byKeyId = false, certificates = true }: Options = {},
): Buffer {
  const digest = createHash(method.digest).update(content).digest()
  const list = Buffer.concat([
    sequence(oid('1.2.840.113549.1.9.3'), set(oid(data))),
    sequence(oid('1.2.840.113549.1.9.5'), set(derOf(0x17, Buffer.from(time)))),
    sequence(oid('1.2.840.113549.1.9.4'), set(octets(digest))),
  ])
  const over = attributes ? derOf(0x31, list) : content
  const issuer = sequence(set(sequence(oid('2.5.4.3'), derOf(0x0c, Buffer.from('Acme CA')))))
  const info = sequence(
    integer(1),
    byKeyId ? derOf(0x80, Buffer.from('key of Jana')) : sequence(issuer, integer(7)),
    sequence(oid(digests[method.digest]!)),
    ...(attributes ? [derOf(0xa0, list)] : []),
    algorithm(method),
    octets(signed(method, key, over)),
  )
  const wrapped = sequence(oid(data), ...(detached ? [] : [derOf(0xa0, octets(content))]))
  const known = certificates ? [derOf(0xa0, certificate)] : []
  return contentInfo(signedOid, sequence(integer(1), set(), wrapped, ...known, set(info)))
}

/** As streaming programs write: no lengths, the content in pieces. */
export function inPieces(content: Buffer, size: number): Buffer {
  const open = (tag: number) => Buffer.from([tag, 0x80])
  const end = Buffer.from([0, 0])
  const pieces = Array.from({ length: Math.ceil(content.length / size) }, (_, at) =>
    octets(content.subarray(at * size, (at + 1) * size)),
  )
  const wrapped = [open(0x30), oid(data), open(0xa0), open(0x24), ...pieces, end, end, end]
  const signedPart = [open(0x30), integer(1), set(), ...wrapped, set(), end]
  return Buffer.concat([open(0x30), oid(signedOid), open(0xa0), ...signedPart, end, end])
}

export function compressedData(packed: Buffer): Buffer {
  const method = sequence(oid('1.2.840.113549.1.9.16.3.8'))
  const wrapped = sequence(oid(data), derOf(0xa0, octets(packed)))
  return contentInfo('1.2.840.113549.1.9.16.1.9', sequence(integer(0), method, wrapped))
}

const data = '1.2.840.113549.1.7.1'
const signedOid = '1.2.840.113549.1.7.2'

export function contentInfo(type: string, content: Buffer): Buffer {
  return sequence(oid(type), derOf(0xa0, content))
}

function keysFor(kind: keyof typeof methods) {
  if (kind === 'ecdsa') return generateKeyPairSync('ec', { namedCurve: 'P-256' })
  if (kind === 'ed25519') return generateKeyPairSync('ed25519')
  return generateKeyPairSync('rsa', { modulusLength: 2048 })
}

function signed({ hash, pss }: Method, key: KeyObject, bytes: Buffer): Buffer {
  const options = pss ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 } : {}
  return sign(hash, bytes, { key, ...options })
}

function algorithm(method: Method): Buffer {
  return sequence(oid(method.oid), method.parameters)
}

export function sequence(...parts: Buffer[]): Buffer {
  return derOf(0x30, Buffer.concat(parts))
}

function set(...parts: Buffer[]): Buffer {
  return derOf(0x31, Buffer.concat(parts))
}

function octets(bytes: Buffer): Buffer {
  return derOf(0x04, bytes)
}

function bits(bytes: Buffer): Buffer {
  return derOf(0x03, Buffer.concat([Buffer.from([0]), bytes]))
}

function integer(value: number): Buffer {
  return derOf(0x02, Buffer.from([value]))
}

function oid(dotted: string): Buffer {
  const [first, second, ...rest] = dotted.split('.').map(Number)
  const arcs = [first! * 40 + second!, ...rest].map((arc) => {
    const digits = [arc & 0x7f]
    for (let more = arc >>> 7; more > 0; more >>>= 7) digits.unshift((more & 0x7f) | 0x80)
    return digits
  })
  return derOf(0x06, Buffer.from(arcs.flat()))
}

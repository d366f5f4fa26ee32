/** The Cryptographic Message Syntax, RFC 5652: what is in it, before anything is checked. */
import { childrenOf, type Element, octetsOf, oidOf, readElement, tags } from './ber.ts'

export type Cms =
  | { kind: 'signed'; signed: SignedData }
  | { kind: 'encrypted' }
  /** RFC 3274; the bytes are of zlib. */
  | { kind: 'compressed'; content: Buffer }

export type SignedData = {
  /** Undefined when the signature stands beside what is signed. */
  content: Buffer | undefined
  certificates: Buffer[]
  signers: SignerInfo[]
}

export type SignerInfo = {
  /** By issuer and serial number as sent, or by the key's own id. */
  certificate: { issuer: Buffer; serial: Buffer } | { keyId: Buffer }
  digest: string
  /** The content of the SET that is signed in the place of the letter, when there is one (§5.4). */
  attributes: Buffer | undefined
  messageDigest: Buffer | undefined
  signingTime: string | undefined
  algorithm: { oid: string; parameters: Element | undefined }
  signature: Buffer
}

/** Undefined when it is none, or broken. Some files are Base64 within. */
export function readCms(bytes: Buffer): Cms | undefined {
  const outer = readElement(bytes[0] === tags.sequence ? bytes : fromBase64(bytes))
  const [type, wrapped] = sequence(outer)
  const content = wrapped?.tag === tags.constructed0 ? childrenOf(wrapped)?.[0] : undefined
  const oid = oidOf(type)
  if (encrypted.has(oid)) return content && { kind: 'encrypted' }
  if (oid === '1.2.840.113549.1.7.2') return signedCms(content)
  if (oid !== '1.2.840.113549.1.9.16.1.9') return undefined
  const packed = encapsulated(sequence(content)[2])
  return packed && { kind: 'compressed', content: packed }
}

/** Enveloped, encrypted, authenticated-enveloped data (§6, §8, RFC 5083). */
const encrypted = new Set(['1.2.840.113549.1.7.3', '1.2.840.113549.1.7.6', '1.2.840.113549.1.9.16.1.23'])

function fromBase64(bytes: Buffer): Buffer {
  const beginning = bytes.toString('latin1', 0, 100)
  if (!/^\s{0,20}(-----BEGIN (PKCS7|CMS)-----\s{1,4})?MI/.test(beginning)) return Buffer.alloc(0)
  return Buffer.from(bytes.toString('latin1').replace(/-----(BEGIN|END) \w{1,10}-----/g, ''), 'base64')
}

function sequence(element: Element | undefined): Element[] {
  return element?.tag === tags.sequence ? (childrenOf(element) ?? []) : []
}

/** `SEQUENCE { type, [0] EXPLICIT OCTET STRING OPTIONAL }` */
function encapsulated(element: Element | undefined): Buffer | undefined {
  const [, wrapped] = sequence(element)
  const inner = wrapped?.tag === tags.constructed0 ? childrenOf(wrapped)?.[0] : undefined
  return inner && (inner.tag === tags.octets || inner.tag === tags.constructedOctets) ? octetsOf(inner) : undefined
}

/** §5.1 */
function signedCms(element: Element | undefined): Cms | undefined {
  const [version, digests, content, ...rest] = sequence(element)
  if (version?.tag !== tags.integer || digests?.tag !== tags.set || content?.tag !== tags.sequence) return undefined
  const certificates = rest.find(({ tag }) => tag === tags.constructed0)
  const signers = rest.find(({ tag }) => tag === tags.set)
  return {
    kind: 'signed',
    signed: {
      content: encapsulated(content),
      certificates: listed(certificates, 50).map(({ bytes }) => bytes),
      signers: listed(signers, 3)
        .map(signerInfo)
        .filter((signer) => signer !== undefined),
    },
  }
}

function listed(element: Element | undefined, limit: number): Element[] {
  const children = (element && childrenOf(element)) ?? []
  return children.filter(({ tag }) => tag === tags.sequence).slice(0, limit)
}

/** §5.3 */
function signerInfo(element: Element): SignerInfo | undefined {
  const [, sid, digest, ...rest] = sequence(element)
  const attributes = rest[0]?.tag === tags.constructed0 ? rest.shift() : undefined
  const [algorithm, signature] = rest
  const certificate = sid && certificateOf(sid)
  if (!certificate || !digest || !algorithm || signature?.tag !== tags.octets) return undefined
  const [oid, parameters] = sequence(algorithm)
  return {
    ...{ certificate, digest: oidOf(sequence(digest)[0]), attributes: attributes?.content },
    messageDigest: attribute(attributes, '1.2.840.113549.1.9.4')?.content,
    signingTime: timeOf(attribute(attributes, '1.2.840.113549.1.9.5')),
    ...{ algorithm: { oid: oidOf(oid), parameters }, signature: signature.content },
  }
}

function certificateOf(sid: Element): SignerInfo['certificate'] | undefined {
  if (sid.tag === tags.primitive0) return { keyId: sid.content }
  const [issuer, serial] = sequence(sid)
  return issuer && serial ? { issuer: issuer.bytes, serial: serial.content } : undefined
}

function attribute(attributes: Element | undefined, wanted: string): Element | undefined {
  for (const one of attributes ? (childrenOf(attributes) ?? []) : []) {
    const [oid, values] = sequence(one)
    if (oidOf(oid) === wanted) return values && childrenOf(values)?.[0]
  }
}

/** UTCTime or GeneralizedTime (§11.3), always in UTC; years of two digits from 50 on are of the last century. */
function timeOf(element: Element | undefined): string | undefined {
  const text = element?.content.toString('latin1', 0, 20) ?? ''
  const found = /^(\d\d)?(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text)
  if (!found) return undefined
  const [, century, year, month, day, hour, minute, second] = found
  const date = new Date(
    `${century ?? (Number(year) < 50 ? '20' : '19')}${year}-${month}-${day}T${hour}:${minute}:${second}Z`,
  )
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString()
}

/* Certificates, as far as to find the right one (RFC 5280 §4.1) */

export function isCertificateOf(certificate: Buffer, { certificate: wanted }: SignerInfo): boolean {
  const outer = readElement(certificate)
  const fields = sequence(sequence(outer)[0])
  if (fields[0]?.tag === tags.constructed0) fields.shift()
  const [serial, , issuer] = fields
  if ('serial' in wanted) {
    return (
      serial !== undefined &&
      issuer !== undefined &&
      serial.content.equals(wanted.serial) &&
      issuer.bytes.equals(wanted.issuer)
    )
  }
  const extensions = fields.find(({ tag }) => tag === tags.constructed3)
  const list = sequence(extensions && childrenOf(extensions)?.[0])
  const keyId = list
    .map(sequence)
    .find(([oid]) => oidOf(oid) === '2.5.29.14')
    ?.at(-1)
  return keyId !== undefined && readElement(keyId.content)?.content.equals(wanted.keyId) === true
}

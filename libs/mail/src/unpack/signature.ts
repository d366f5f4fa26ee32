/** Whether a signature of S/MIME is right (RFC 8551, RFC 5652 §5.4 to §5.6). Who may issue certificates is not asked. */
import { constants, createHash, type KeyObject, verify, X509Certificate } from 'node:crypto'
import { oneLine } from '../text.ts'
import { childrenOf, derOf, type Element, oidOf, tags } from './ber.ts'
import { isCertificateOf, type SignedData, type SignerInfo } from './cms.ts'

export type Signature = {
  kind: 'smime' | 'pgp'
  /** `good`: these bytes were signed with the key of the certificate. `unchecked`: there is no knowing here. */
  state: 'good' | 'bad' | 'unchecked'
  /** It is over all of the letter, not over a part of it. */
  whole: boolean
  signers: Signer[]
}

export type Signer = {
  state: Signature['state']
  /** Why it is not good, in plain words. */
  reason: string | undefined
  name: string | undefined
  /** The certificate's own, in lower case. */
  addresses: string[]
  issuer: string | undefined
  valid_from: string | undefined
  valid_to: string | undefined
  /** When it says it was signed. */
  signed_at: string | undefined
}

/** By everyone who signed `content`; of two ways to write its line ends either may be the one that was signed. */
export function checkSignature(signed: SignedData, contents: Buffer[], whole: boolean): Signature {
  const signers = signed.signers.map((signer) => checkSigner(signer, signed.certificates, contents))
  const states = signers.map(({ state }) => state)
  const state = states.includes('bad')
    ? 'bad'
    : states.every((one) => one === 'good') && states.length > 0
      ? 'good'
      : 'unchecked'
  return { kind: 'smime', state, whole, signers }
}

/** As sent, and with line ends of CRLF, which what is signed has to have (RFC 8551 §3.1.1). */
export function canonicalForms(bytes: Buffer): Buffer[] {
  const bare = bareLineFeeds(bytes)
  if (bare === 0) return [bytes]
  const canonical = Buffer.alloc(bytes.length + bare)
  let written = 0
  for (let at = 0; at < bytes.length; at++) {
    if (isBareLineFeed(bytes, at)) canonical[written++] = 0x0d
    canonical[written++] = bytes[at]!
  }
  return [canonical, bytes]
}

function bareLineFeeds(bytes: Buffer): number {
  let count = 0
  for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) if (isBareLineFeed(bytes, at)) count++
  return count
}

function isBareLineFeed(bytes: Buffer, at: number): boolean {
  return bytes[at] === 0x0a && bytes[at - 1] !== 0x0d
}

function checkSigner(signer: SignerInfo, certificates: Buffer[], contents: Buffer[]): Signer {
  const certificate = certificateFor(signer, certificates)
  const { state, reason } = certificate ? check(signer, certificate, contents) : withoutCertificate
  return {
    ...{ state, reason, ...(certificate ? describe(certificate) : unknownSigner) },
    signed_at: signer.signingTime,
  }
}

type Checked = Pick<Signer, 'state' | 'reason'>

const withoutCertificate: Checked = { state: 'unchecked', reason: 'its certificate is not in the letter' }
const unknownSigner = { name: undefined, addresses: [], issuer: undefined, valid_from: undefined, valid_to: undefined }

function certificateFor(signer: SignerInfo, certificates: Buffer[]): X509Certificate | undefined {
  const found = certificates.find((certificate) => isCertificateOf(certificate, signer))
  try {
    return found && new X509Certificate(found)
  } catch {
    return undefined
  }
}

function check(signer: SignerInfo, certificate: X509Certificate, contents: Buffer[]): Checked {
  const digest = digests[signer.digest]
  if (!digest) return { state: 'unchecked', reason: 'it is made in a way that is not known here' }
  const content = contents.find((one) => !signer.attributes || isDigest(signer.messageDigest, one, digest))
  if (!content) return { state: 'bad', reason: 'what was signed was changed afterwards' }
  const candidates = signer.attributes ? [derOf(tags.set, signer.attributes)] : contents
  const results = candidates.map((bytes) => isSignedBy(signer, certificate, digest, bytes))
  if (results.includes(true)) return { state: 'good', reason: undefined }
  if (results.includes(undefined)) return { state: 'unchecked', reason: 'it is made in a way that is not known here' }
  return {
    state: 'bad',
    reason: signer.attributes ? 'it does not fit its certificate' : 'what was signed was changed afterwards',
  }
}

function isDigest(expected: Buffer | undefined, content: Buffer, digest: string): boolean {
  return expected?.equals(createHash(digest).update(content).digest()) === true
}

const digests: Record<string, string> = {
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
  '2.16.840.1.101.3.4.2.4': 'sha224',
}

/** Undefined when the algorithm is none of ours. */
function isSignedBy(
  { algorithm, signature }: SignerInfo,
  certificate: X509Certificate,
  digest: string,
  bytes: Buffer,
): boolean | undefined {
  const how = methods[algorithm.oid]
  if (!how) return undefined
  try {
    const { key, hash, ...options } = how(certificate.publicKey, digest, algorithm.parameters)
    return verify(hash, bytes, { key, ...options }, signature)
  } catch {
    // A key of another kind than the algorithm, or one that OpenSSL does not take.
    return false
  }
}

type Method = (
  key: KeyObject,
  digest: string,
  parameters: Element | undefined,
) => { key: KeyObject; hash: string | null; padding?: number; saltLength?: number }

const withHash =
  (hash?: string): Method =>
  (key, digest) => ({ key, hash: hash ?? digest })

const methods: Record<string, Method> = {
  // RSA, PKCS #1 v1.5
  '1.2.840.113549.1.1.1': withHash(),
  '1.2.840.113549.1.1.5': withHash('sha1'),
  '1.2.840.113549.1.1.11': withHash('sha256'),
  '1.2.840.113549.1.1.12': withHash('sha384'),
  '1.2.840.113549.1.1.13': withHash('sha512'),
  '1.2.840.113549.1.1.14': withHash('sha224'),
  '1.2.840.113549.1.1.10': pss,
  // ECDSA
  '1.2.840.10045.2.1': withHash(),
  '1.2.840.10045.4.1': withHash('sha1'),
  '1.2.840.10045.4.3.1': withHash('sha224'),
  '1.2.840.10045.4.3.2': withHash('sha256'),
  '1.2.840.10045.4.3.3': withHash('sha384'),
  '1.2.840.10045.4.3.4': withHash('sha512'),
  // Ed25519 and Ed448 (RFC 8419) hash what they sign themselves.
  '1.3.101.112': (key) => ({ key, hash: null }),
  '1.3.101.113': (key) => ({ key, hash: null }),
}

/** RFC 4055 §3.1: `SEQUENCE { [0] hash, [1] mask, [2] salt length, … }`, of which SHA-1 and 20 may be left out. */
function pss(key: KeyObject, _: string, parameters: Element | undefined): ReturnType<Method> {
  const fields = (parameters && childrenOf(parameters)) ?? []
  const field = (tag: number) => {
    const found = fields.find((one) => one.tag === tag)
    return found && childrenOf(found)?.[0]
  }
  const hash = field(tags.constructed0)
  const salt = field(tags.constructed2)?.content
  const saltLength =
    salt === undefined ? 20 : salt.length === 1 || salt.length === 2 ? salt.readUIntBE(0, salt.length) : -1
  return {
    ...{ key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength },
    hash: hash ? (digests[oidOf(childrenOf(hash)?.[0])] ?? 'unknown') : 'sha1',
  }
}

function describe(certificate: X509Certificate): Omit<Signer, keyof Checked | 'signed_at'> {
  const name = named(certificate.subject, 'CN')
  const issuer = named(certificate.issuer, 'CN') ?? named(certificate.issuer, 'O') ?? named(certificate.issuer, 'OU')
  const old = named(certificate.subject, 'emailAddress')
  const addresses = [...addressesIn(certificate.subjectAltName ?? ''), ...(old ? [old.toLowerCase()] : [])]
  return {
    ...{ name, addresses: [...new Set(addresses)].slice(0, 20), issuer },
    valid_from: dateOf(certificate.validFrom),
    valid_to: dateOf(certificate.validTo),
  }
}

/** Node gives a name as lines of `CN=Jana`. */
function named(lines: string | undefined, wanted: string): string | undefined {
  const found = lines
    ?.slice(0, 10_000)
    .split('\n')
    .find((line) => line.startsWith(`${wanted}=`))
  return found && oneLine(found.slice(wanted.length + 1), 255)
}

/** `email:a@b.test, DNS:b.test`; a value with a comma or a quote in it is written as in JSON. */
function addressesIn(names: string): string[] {
  const found = names.slice(0, 10_000).matchAll(/(?:^|, )email:([^",\s]{1,320})(?=$|,)/g)
  return [...found].map(([, address]) => address!.toLowerCase())
}

function dateOf(text: string): string | undefined {
  const date = new Date(text)
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString()
}

/* In words */

/** For staff, a sentence each; nothing to say of a good signature of the author over all of the letter. */
export function signatureWarnings(signature: Signature, authors: string[]): string[] {
  if (signature.kind === 'pgp') return []
  const warnings = signature.whole ? [] : ['Only a part of the letter is signed.']
  for (const signer of signature.signers) {
    const who = signer.addresses[0] ?? signer.name ?? 'somebody unknown'
    if (signer.state === 'bad') warnings.push(`The signature of ${who} is wrong: ${signer.reason}.`)
    if (signer.state === 'unchecked') warnings.push(`The signature of ${who} could not be checked: ${signer.reason}.`)
    if (signer.state === 'good' && !signer.addresses.some((address) => authors.includes(address)))
      warnings.push(`It is signed by ${who}, who is not the author the letter names.`)
    if (isOutside(signer)) warnings.push(`The certificate of ${who} was not valid when the letter was signed.`)
  }
  if (signature.signers.length === 0) warnings.push('Its signature could not be read.')
  return warnings
}

/** What is signed says when; a forger says what they like, but an honest late one is seen. */
function isOutside({ signed_at, valid_from, valid_to }: Signer): boolean {
  if (!signed_at) return false
  return (valid_from !== undefined && signed_at < valid_from) || (valid_to !== undefined && signed_at > valid_to)
}

/** What there is to know about it, in one sentence. */
export function signatureText({ kind, state, signers }: Signature): string {
  if (kind === 'pgp') return 'Signed with PGP; the signature is not checked.'
  const [signer] = signers
  if (state !== 'good' || !signer) return 'Signed, but the signature is not good.'
  const who = [signer.name, ...signer.addresses].filter(Boolean).join(', ')
  const when = `valid from ${signer.valid_from?.slice(0, 10)} to ${signer.valid_to?.slice(0, 10)}`
  return `Signed by ${who || 'somebody unknown'}; certificate issued by ${signer.issuer ?? 'somebody unknown'}, ${when}. Whether that issuer is trusted is not checked.`
}

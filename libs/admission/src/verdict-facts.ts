/** What mailauth found, in the terms of our verdict: which signatures count, who sealed, whose domain is whose. */
import { domainToASCII } from 'node:url'
import type { Verdict } from '@podatelna/contracts'
import { oneLine } from '@podatelna/mail'
import type { ARCChainEntry, ARCResult, DKIMResult, DMARCResult, SPFResult } from 'mailauth'
import { getDomain } from 'tldts'

export type Signature = Verdict['dkim'][number]

/** How the author's domain wants names compared; relaxed where it does not say (RFC 7489 §3.1). */
export type Alignment = { dkim: { strict: boolean }; spf: { strict: boolean } }

/** By the public suffix list: the same organizational domain, or with `strict` the very same name (RFC 7489 §3.1). */
export function aligned(name: string | undefined, author: string, strict = false): boolean {
  const [one, other] = [asDnsName(name ?? ''), asDnsName(author)]
  return one !== '' && (one === other || (!strict && organization(one) === organization(other)))
}

export function spfFacts(spf: SPFResult, author: string, strict = false): Verdict['spf'] {
  const { result, comment } = spf.status
  const unclear = result === 'permerror' || result === 'temperror'
  return {
    result,
    domain: oneLine(spf.domain ?? '', 253),
    aligned: aligned(spf.domain, author, strict),
    ...(unclear && comment ? { comment: oneLine(comment.slice(comment.lastIndexOf(': ') + 2), 200) } : {}),
  }
}

export function dkimFacts(signature: DKIMResult, counts: FieldCounts, author: string, strict = false): Signature {
  const { status, signTime, expiresAfter } = signature
  const unsigned = unsignedFields(signature, counts)
  const comment = weakness[status.policy?.['dkim-rules'] ?? ''] ?? status.comment
  return {
    result: status.result,
    domain: oneLine(signature.signingDomain ?? '', 253),
    selector: oneLine(signature.selector ?? '', 253),
    aligned: aligned(signature.signingDomain, author, strict),
    // A signature with l= passes although anybody may have written what follows (RFC 6376 §8.2).
    whole_body: !status.underSized,
    ...(unsigned.length > 0 ? { unsigned } : {}),
    ...(signTime ? { signed_at: signTime } : {}),
    ...(expiresAfter ? { expires_at: expiresAfter } : {}),
    ...(comment ? { comment: oneLine(String(comment), 200) } : {}),
  }
}

/** Aligned, and all that a person reads of the letter is signed: what a pass of this signature would prove. */
export function wouldProve(signature: Signature): boolean {
  return signature.aligned && signature.whole_body && !signature.unsigned
}

export function dmarcFacts(dmarc: DMARCResult | false): Verdict['dmarc'] {
  if (!dmarc) return { result: 'none' }
  const { status, policy, policyDomain } = dmarc
  return { result: status.result, ...(policy ? { policy } : {}), ...(policyDomain ? { domain: policyDomain } : {}) }
}

export function arcFacts(arc: ARCResult, trusted: readonly string[]): Verdict['arc'] {
  const sealers = (arc.chain || []).map((set) => oneLine(sealerOf(set), 253))
  const sealer = sealers.at(-1)
  if (sealer === undefined) return { result: arc.status.result }
  const known = isTrusted(arc.chain!.at(-1)!, trusted)
  const result = arc.status.result === 'pass' && !known ? 'untrusted' : arc.status.result
  return { result, sealer, sealers }
}

/**
 * A sealer we trust saw DMARC pass for this author (RFC 8617 §7.2.1). The newest is believed about what it saw itself,
 * and so is each one before it, as far back as all are trusted: what lies behind a stranger, a stranger can have made up.
 */
export function arcVouches(arc: ARCResult, counts: FieldCounts, author: string, trusted: readonly string[]): boolean {
  const seal = arc.signature || undefined
  if (arc.status.result !== 'pass' || !seal || seal.status.underSized) return false
  if (unsignedFields(seal, counts).length > 0) return false
  const newestFirst = (arc.chain || []).toReversed()
  const strangerAt = newestFirst.findIndex((set) => !isTrusted(set, trusted))
  const believed = strangerAt < 0 ? newestFirst : newestFirst.slice(0, strangerAt)
  return believed.some((set, at) => sawDmarcPass(at === 0 ? arc.authenticationResults : resultsOf(set), author))
}

/** The names under which the keys of the chain are published. */
export function sealKeys(arc: ARCResult): string[] {
  const fields = (arc.chain || []).flatMap((set) => [set['arc-seal'], set['arc-message-signature']])
  return fields.map((field) => `${tagOf(field, 's')}._domainkey.${tagOf(field, 'd')}`.toLowerCase())
}

export function newestIsTrusted(arc: ARCResult, trusted: readonly string[]): boolean {
  const newest = arc.chain ? arc.chain.at(-1) : undefined
  return newest !== undefined && isTrusted(newest, trusted)
}

export type FieldCounts = ReadonlyMap<string, number>

/** Fields that a letter has once at most (RFC 5322 §3.6, RFC 2045). */
const single = ['from', 'sender', 'reply-to', 'to', 'cc', 'subject', 'date', 'message-id', 'in-reply-to', 'references']
const singleOfMime = ['mime-version', 'content-type', 'content-transfer-encoding']

/**
 * Somebody who passes a signed letter on can add a field that the signature does not cover, and programs show the added
 * one (RFC 6376 §8.15). So every Subject has to be signed, and every other field that stands there more than once.
 */
function unsignedFields(signature: DKIMResult, counts: FieldCounts): string[] {
  const signed = (signature.signingHeaders?.keys ?? '').toLowerCase().split(': ')
  if (!signature.signingHeaders) return []
  return [...single, ...singleOfMime].filter((name) => {
    const present = counts.get(name) ?? 0
    const matters = name === 'subject' ? present > 0 : present > 1
    return matters && signed.filter((key) => key === name).length < present
  })
}

/** Both the seal and the signature over the letter are theirs: an old signature of theirs fits a seal of anybody. */
function isTrusted(set: ARCChainEntry, trusted: readonly string[]): boolean {
  const signer = tagOf(set['arc-message-signature'], 'd')
  return [sealerOf(set), signer].every((domain) => trusted.includes(asDnsName(domain)))
}

function sealerOf(set: ARCChainEntry): string {
  return tagOf(set['arc-seal'], 'd')
}

function tagOf(field: ARCChainEntry['arc-seal'], tag: string): string {
  return String(field?.parsed?.[tag]?.value ?? '').toLowerCase()
}

/** For this author: what a list rewrote passed for somebody else. */
function sawDmarcPass(results: SealedResults | undefined, author: string): boolean {
  const { result, value, header } = results?.dmarc ?? {}
  const from = header?.from
  return (result ?? value) === 'pass' && typeof from === 'string' && asDnsName(from) === asDnsName(author)
}

function resultsOf(set: ARCChainEntry): SealedResults | undefined {
  return set['arc-authentication-results']?.parsed as SealedResults | undefined
}

/** mailauth calls it `result` in the newest set, `value` in the others. */
type SealedResults = { dmarc?: { result?: string; value?: string; header?: { from?: unknown } } }

function asDnsName(name: string): string {
  return domainToASCII(name.trim().replace(/\.$/, ''))
}

function organization(name: string): string {
  return getDomain(name, { allowPrivateDomains: true }) ?? name
}

const weakness: Record<string, string> = {
  'weak-key': 'its key is shorter than 1024 bits',
  'weak-algorithm': 'rsa-sha1 proves nothing any more',
}

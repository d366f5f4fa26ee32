import type { Readable } from 'node:stream'
import type { Verdict } from '@podatelna/contracts'
import { type Header, headerMailboxes, headerValues, normalizeAddress, oneLine } from '@podatelna/mail'
import { type AuthenticateResult, authenticate, type DKIMResult } from 'mailauth'
import { getDomain } from 'tldts'
import type { Resolver } from './resolver.ts'

/** The connecting server, or the hop before a trusted relay; no address when the relay does not say who that was. */
export type Peer = { address: string; helo: string }

/**
 * - `judged`: the letter has one author, and here is what DNS says about them
 * - `no_author`: not exactly one From mailbox: `550 5.6.0`
 * - `forged`: the author's domain asks to refuse what fails its DMARC policy: `550 5.7.1`
 * - `dns_trouble`: the verdict is open; the sender's server tries again: `451 4.4.3`
 */
export type Judgement = { outcome: 'judged' | 'no_author' | 'forged' | 'dns_trouble'; verdict: Verdict }

/** Judging one letter may take this long, whatever its signatures and the servers of its author make of it. */
const deadlineMs = 20_000

/** Rules §1.3-4. Never rejects: trouble of any kind is an open verdict, never "unverified". */
export async function judge(
  letter: { header: Header; source: Buffer | Readable; mailFrom: string; peer: Peer },
  how: { resolver: Resolver; mta: string; arcSealers: readonly string[] },
): Promise<Judgement> {
  const author = soleAuthor(letter.header)
  if (!author) return { outcome: 'no_author', verdict: nobody('The letter does not name exactly one author.') }
  const result = await withDeadline(
    authenticate(letter.source, {
      ip: letter.peer.address,
      helo: letter.peer.helo,
      sender: letter.mailFrom,
      mta: how.mta,
      resolver: how.resolver,
      strict: true,
      disableBimi: true,
    }),
  )
  if (!result) {
    const verdict = { ...nobody('The checks did not end in time; the sender may try again.'), author }
    return { outcome: 'dns_trouble', verdict }
  }
  // A server nobody knows is proved by no SPF record; without an address mailauth would call that trouble with DNS.
  return weigh(author, letter.peer.address ? result : { ...result, spf: false }, how.arcSealers)
}

/** The address of the one mailbox of the one From field (RFC 5322 §3.6.2); undefined when there is not exactly one. */
export function soleAuthor(header: Header): string | undefined {
  const mailboxes = headerMailboxes(header, 'from')
  const address = normalizeAddress(mailboxes[0]?.address ?? '')
  const alone = headerValues(header, 'from').length === 1 && mailboxes.length === 1
  return alone && /^[^\s@]+@[^\s@]+$/.test(address) ? address : undefined
}

function weigh(author: string, result: AuthenticateResult, arcSealers: readonly string[]): Judgement {
  const domain = author.slice(author.lastIndexOf('@') + 1)
  // Our reading of From and mailauth's must be the same, or a letter could be proved for one and filed for another.
  const readAlike = result.dkim.headerFrom.length === 1 && normalizeAddress(result.dkim.headerFrom[0]!) === author
  if (!readAlike) return { outcome: 'no_author', verdict: nobody('The author of the letter can be read in two ways.') }

  const spf = spfOf(result, domain)
  const dkim = result.dkim.results.map((signature) => dkimOf(signature, domain))
  const dmarc = dmarcOf(result)
  const arc = arcOf(result, arcSealers)
  const provedByDkim = dkim.some((s) => s.result === 'pass' && s.aligned && s.whole_body)
  const provedBySpf = spf.result === 'pass' && spf.aligned
  const verified =
    dmarc.result === 'pass'
      ? dmarcHolds(result)
      : dmarc.result === 'none'
        ? provedByDkim || provedBySpf
        : arc.result === 'pass' && arcVouches(result, arcSealers)
  const facts = { author, verified, spf, dkim, dmarc, arc }
  const verdict = { ...facts, explanation: explain(domain, facts) }
  if (verified) return { outcome: 'judged', verdict }
  const open =
    dmarc.result === 'temperror' ||
    (spf.result === 'temperror' && spf.aligned) ||
    dkim.some((s) => s.result === 'temperror' && s.aligned)
  if (open) return { outcome: 'dns_trouble', verdict }
  return { outcome: dmarc.result === 'fail' && dmarc.policy === 'reject' ? 'forged' : 'judged', verdict }
}

function spfOf(result: AuthenticateResult, domain: string): Verdict['spf'] {
  if (!result.spf) return { result: 'none', aligned: false }
  return {
    result: result.spf.status.result,
    domain: oneLine(result.spf.domain ?? '', 253),
    aligned: aligned(result.spf.domain ?? '', domain),
  }
}

function dkimOf(signature: DKIMResult, domain: string): Verdict['dkim'][number] {
  const { status } = signature
  return {
    result: status.result,
    domain: oneLine(signature.signingDomain ?? '', 253),
    selector: oneLine(signature.selector ?? '', 253),
    aligned: aligned(signature.signingDomain ?? '', domain),
    // A signature with l= passes although anybody may have written what follows (RFC 6376 §8.2).
    whole_body: !status.underSized,
    ...(status.comment ? { comment: oneLine(String(status.comment), 200) } : {}),
  }
}

function dmarcOf(result: AuthenticateResult): Verdict['dmarc'] {
  if (!result.dmarc) return { result: 'none' }
  const { status, policy, policyDomain } = result.dmarc
  return { result: status.result, ...(policy ? { policy } : {}), ...(policyDomain ? { domain: policyDomain } : {}) }
}

/** A DMARC pass that rests on a signature with l= alone proves nothing about the text. */
function dmarcHolds(result: AuthenticateResult): boolean {
  const alignment = result.dmarc ? result.dmarc.alignment : undefined
  return Boolean(alignment?.spf.result || (alignment?.dkim.result && !alignment.dkim.underSized))
}

function arcOf(result: AuthenticateResult, sealers: readonly string[]): Verdict['arc'] {
  if (!result.arc) return { result: 'none' }
  const sealer = sealerOf(result)
  const trusted = sealer !== undefined && sealers.includes(sealer)
  const seal = result.arc.status.result
  return { result: seal === 'pass' && !trusted ? 'untrusted' : seal, ...(sealer ? { sealer } : {}) }
}

/** A sealer we trust saw DMARC pass before it forwarded the letter (RFC 8617 §7.2.1). */
function arcVouches(result: AuthenticateResult, sealers: readonly string[]): boolean {
  const seen = (result.arc || undefined)?.authenticationResults?.dmarc?.result
  return seen === 'pass' && sealers.includes(sealerOf(result) ?? '')
}

function sealerOf(result: AuthenticateResult): string | undefined {
  const domain = ((result.arc || undefined)?.signature || undefined)?.signingDomain
  return domain?.toLowerCase()
}

/** Relaxed alignment: the same organizational domain by the public suffix list (RFC 7489 §3.1). */
function aligned(a: string, b: string): boolean {
  const organization = (name: string) => getDomain(name, { allowPrivateDomains: true }) ?? name.toLowerCase()
  return a !== '' && organization(a) === organization(b)
}

function explain(domain: string, facts: Omit<Verdict, 'explanation'>): string {
  const { spf, dkim, dmarc } = facts
  const signature = dkim.find((s) => s.result === 'pass' && s.aligned && s.whole_body)
  if (facts.verified && signature) return `The letter is signed by ${signature.domain}, the domain of its author.`
  if (facts.verified && spf.aligned && spf.result === 'pass') return `It came from a server that ${spf.domain} allows.`
  if (facts.verified) return `${facts.arc.sealer} vouches that the author was proved before it forwarded the letter.`
  if (dmarc.result === 'temperror') return `The DMARC policy of ${domain} cannot be looked up now.`
  const partial = dkim.find((s) => s.result === 'pass' && s.aligned)
  if (partial) return `The signature of ${partial.domain} covers only part of the letter, so it does not count.`
  const foreign = dkim.find((s) => s.result === 'pass')
  if (foreign) return `DKIM by ${foreign.domain} passed, but the letter is from ${domain}.`
  if (spf.result === 'pass') return `It came from a server of ${spf.domain}, but the letter is from ${domain}.`
  const broken = dkim.find((s) => s.aligned)
  if (broken) return `The signature of ${broken.domain} does not hold (${broken.comment ?? broken.result}).`
  if (dmarc.result === 'fail') return `Neither a signature nor the sending server proves ${domain}, as its policy asks.`
  return `Nothing proves that ${domain} sent it: no signature, and its SPF record says ${spf.result}.`
}

function nobody(explanation: string): Verdict {
  const nothing = { result: 'none' }
  return { verified: false, explanation, spf: { ...nothing, aligned: false }, dkim: [], dmarc: nothing, arc: nothing }
}

async function withDeadline(work: Promise<AuthenticateResult>): Promise<AuthenticateResult | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  const timer = setTimeout(() => resolve(undefined), deadlineMs)
  try {
    return await Promise.race([work.catch(() => undefined), promise])
  } finally {
    clearTimeout(timer)
  }
}

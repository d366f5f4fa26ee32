/** Rules §1.3-4: what SPF, DKIM, DMARC and ARC say about the author of a letter, and whether that is proof. */
import { isIP } from 'node:net'
import type { Readable } from 'node:stream'
import type { Verdict } from '@podatelna/contracts'
import { type Header, normalizeAddress } from '@podatelna/mail'
import {
  type ARCData,
  type ARCResult,
  arc as checkArc,
  dkimVerify as checkDkim,
  dmarc as checkDmarc,
  type DKIMResult,
  type DKIMVerifyResult,
  type DMARCResult,
  type SPFResult,
  spf,
} from 'mailauth'
import { type LetterResolver, type Resolver, resolverFor } from './resolver.ts'
import { soleAuthor } from './verdict-author.ts'
import { explain, noteworthy } from './verdict-explain.ts'
import {
  aligned,
  arcFacts,
  arcVouches,
  dkimFacts,
  dmarcFacts,
  type FieldCounts,
  newestIsTrusted,
  type Signature,
  sealKeys,
  spfFacts,
  wouldProve,
} from './verdict-facts.ts'
import { selectSignatures, tooManyLines } from './verdict-signatures.ts'

/** The connecting server, or the hop before a trusted relay. */
export type Peer = { address: string; helo: string }

/**
 * - `judged`: the letter has one author, and here is what DNS says about them
 * - `no_author`: not exactly one From mailbox, or not the same one for everybody who reads it: `550 5.6.0`
 * - `forged`: the author's domain asks to refuse what fails its DMARC policy: `550 5.7.1`
 * - `dns_trouble`: the verdict is open; the sender's server tries again: `451 4.4.3`
 */
export type Judgement = { outcome: 'judged' | 'no_author' | 'forged' | 'dns_trouble'; verdict: Verdict }

export type LetterToJudge = { header: Header; source: Buffer | Readable; mailFrom: string; peer: Peer }
export type How = { resolver: Resolver; mta: string; arcSealers: readonly string[] }

/** Judging one letter may take this long, whatever its signatures and the servers of its author make of it. */
const deadlineMs = 30_000
/** SPF alone (RFC 7208 §4.6.4): a slow server of the envelope's domain must not cost the author their signature. */
const spfMs = 20_000

/** Never rejects: trouble of any kind is an open verdict, never "unverified". */
export async function judge(letter: LetterToJudge, how: How): Promise<Judgement> {
  const author = soleAuthor(letter.header)
  if (!author) return { outcome: 'no_author', verdict: nobody('The letter does not name exactly one author.') }
  if (tooManyLines(letter.header)) {
    const verdict = { ...nobody('The header of the letter is too long to look for a proof in it.'), author }
    return { outcome: 'judged', verdict }
  }
  const dns = resolverFor(how.resolver)
  try {
    const found = gather(author, letter, { ...how, resolver: dns.resolve })
    const judgement = await withDeadline(found.then((all) => weigh(author, letter, all, how.arcSealers, dns)))
    const verdict = { ...nobody('The checks could not be finished; the sender may try again.'), author }
    return judgement ?? { outcome: 'dns_trouble', verdict }
  } finally {
    dns.close()
  }
}

/** RFC 7208 `check_host()` for the envelope's sender, or for the HELO name when there is none (§2.4). */
export async function checkSpf(
  envelope: { mailFrom: string; peer: Peer },
  how: Omit<How, 'arcSealers'>,
): Promise<SPFResult> {
  const { address, helo } = envelope.peer
  const result = await spf({
    ...{ ip: address, helo: isIP(helo) ? `[${helo}]` : helo, sender: envelope.mailFrom },
    ...{ mta: how.mta, resolver: how.resolver, strict: true, maxElapsedTime: spfMs },
  })
  // A server nobody knows is proved by no SPF record; mailauth calls a missing address trouble with DNS.
  return address ? result : { ...result, status: { ...result.status, result: 'none' } }
}

type Findings = {
  dkim: DKIMVerifyResult
  spf: SPFResult
  arc: ARCResult
  dmarc: DMARCResult | false
  leftOut: number
}

async function gather(author: string, letter: LetterToJudge, how: How): Promise<Findings> {
  const { resolver } = how
  const domain = domainOf(author)
  const { leftOut, letter: source } = selectSignatures(letter, (name) => aligned(name, domain))
  // Asked for now, needed last: each question of a letter is asked once.
  resolver(`_dmarc.${domain}`, 'TXT').catch(() => {})
  const [dkim, spf] = await Promise.all([
    checkDkim(source, { resolver, sender: letter.mailFrom, strict: true }),
    checkSpf(letter, how),
  ])
  const arc = await checkArc(dkim.arc as ARCData, { resolver, ip: letter.peer.address, strict: true })
  const dmarc = await dmarcOver(dkim, spf, passing(dkim), resolver)
  return { dkim, spf, arc, dmarc, leftOut }
}

async function weigh(
  author: string,
  letter: LetterToJudge,
  found: Findings,
  trusted: readonly string[],
  dns: LetterResolver,
): Promise<Judgement> {
  // Our reading of From and mailauth's must be the same, or a letter could be proved for one and filed for another.
  const { headerFrom, fromFields } = found.dkim
  const readAlike = fromFields === 1 && headerFrom.length === 1 && normalizeAddress(headerFrom[0]!) === author
  if (!readAlike) return { outcome: 'no_author', verdict: nobody('The author of the letter can be read in two ways.') }

  const domain = domainOf(author)
  const counts = countFields(letter.header)
  const policy = found.dmarc ? found.dmarc.alignment : undefined
  const dkim = found.dkim.results.map((s) => dkimFacts(s, counts, domain, policy?.dkim.strict))
  const spf = spfFacts(found.spf, domain, policy?.spf.strict)
  const arc = arcFacts(found.arc, trusted)
  const dmarc = dmarcFacts(found.dmarc)
  const vouched = arcVouches(found.arc, counts, domain, trusted)
  const verified = vouched || (await isProved(domain, { dkim, spf, dmarc }, found, dns.resolve))
  const facts = { author, verified, spf, dkim, dmarc, arc }
  const notes = noteworthy(facts, found.leftOut)
  const verdict = { ...facts, explanation: explain(domain, facts), ...(notes.length > 0 ? { notes } : {}) }
  if (verified) return { outcome: 'judged', verdict }
  const sealOpen = newestIsTrusted(found.arc, trusted) && sealKeys(found.arc).some((name) => dns.troubled.has(name))
  if (sealOpen || isOpen(facts)) return { outcome: 'dns_trouble', verdict }
  return { outcome: dmarc.result === 'fail' && dmarc.policy === 'reject' ? 'forged' : 'judged', verdict }
}

type Proofs = Pick<Verdict, 'dkim' | 'spf' | 'dmarc'>

async function isProved(domain: string, proofs: Proofs, found: Findings, resolver: Resolver): Promise<boolean> {
  const signatures = proofs.dkim.filter((s) => s.result === 'pass' && wouldProve(s))
  const sent = proofs.spf.result === 'pass' && proofs.spf.aligned
  if (signatures.length === 0 && !sent) return false
  switch (proofs.dmarc.result) {
    case 'none':
      return true
    // Whatever the policy says that cannot be read now, the very domain of the author is aligned under it.
    case 'temperror':
      return (
        signatures.some((s) => aligned(s.domain, domain, true)) || (sent && aligned(proofs.spf.domain, domain, true))
      )
    case 'pass':
      return passesWithout(proofs.dkim, found, resolver)
    default:
      return false
  }
}

/** A DMARC pass must not rest on a signature that does not count: the policy is asked again without those. */
async function passesWithout(dkim: Signature[], found: Findings, resolver: Resolver): Promise<boolean> {
  const counting = found.dkim.results.filter((s, i) => s.status.result === 'pass' && wouldProve(dkim[i]!))
  if (counting.length === passing(found.dkim).length) return true
  const dmarc = await dmarcOver(found.dkim, found.spf, counting, resolver)
  return dmarc !== false && dmarc.status.result === 'pass'
}

/** What failed for a moment could have been the proof (rules §1.4), or the policy that refuses the letter. */
function isOpen({ spf, dkim, dmarc }: Proofs): boolean {
  const bySpf = spf.result === 'temperror' && spf.aligned
  return dmarc.result === 'temperror' || bySpf || dkim.some((s) => s.result === 'temperror' && wouldProve(s))
}

function dmarcOver(
  { headerFrom, fromFields }: DKIMVerifyResult,
  spf: SPFResult,
  signatures: DKIMResult[],
  resolver: Resolver,
): Promise<DMARCResult | false> {
  const dkimDomains = signatures.map(({ signingDomain, status }) => ({
    domain: signingDomain ?? '',
    ...(status.underSized ? { underSized: status.underSized } : {}),
  }))
  const spfDomains = spf.status.result === 'pass' ? [spf.domain] : []
  return checkDmarc({ headerFrom, fromFields, spfDomains, dkimDomains, resolver, strict: true })
}

function passing(dkim: DKIMVerifyResult): DKIMResult[] {
  return dkim.results.filter(({ status }) => status.result === 'pass')
}

function countFields(header: Header): FieldCounts {
  const counts = new Map<string, number>()
  for (const { name } of header) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1)
}

function nobody(explanation: string): Verdict {
  const nothing = { result: 'none' }
  return { verified: false, explanation, spf: { ...nothing, aligned: false }, dkim: [], dmarc: nothing, arc: nothing }
}

async function withDeadline<T>(work: Promise<T>): Promise<T | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  const timer = setTimeout(() => resolve(undefined), deadlineMs)
  try {
    return await Promise.race([work.catch(() => undefined), promise])
  } finally {
    clearTimeout(timer)
  }
}

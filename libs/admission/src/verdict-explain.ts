/** The verdict in one sentence for a person: why the letter is proved, or what speaks against it, best reason first. */
import type { Verdict } from '@podatelna/contracts'
import { type Signature, wouldProve } from './verdict-facts.ts'

type Facts = Omit<Verdict, 'explanation' | 'notes'>

export function explain(domain: string, facts: Facts): string {
  return facts.verified ? explainProof(facts) : explainDoubt(domain, facts)
}

function explainProof({ spf, dkim, arc }: Facts): string {
  const signature = dkim.find((s) => s.result === 'pass' && wouldProve(s))
  if (signature) return `The letter is signed by ${signature.domain}, the domain of its author.`
  if (spf.aligned && spf.result === 'pass') return `It came from a server that ${spf.domain} allows.`
  return `${arc.sealer} vouches that the author was proved before it forwarded the letter.`
}

function explainDoubt(domain: string, { spf, dkim, dmarc, arc }: Facts): string {
  const own = dkim.filter((s) => s.aligned)
  const later = own.find((s) => s.result === 'temperror')
  const partial = own.find((s) => s.result === 'pass')
  const broken = own.find((s) => s.result !== 'pass' && s.result !== 'none')
  const foreign = dkim.find((s) => s.result === 'pass' && !s.aligned)
  if (dmarc.result === 'temperror') return `The DMARC policy of ${domain} cannot be looked up now.`
  if (later) return `The key of ${later.domain} that signed the letter cannot be looked up now.`
  if (spf.result === 'temperror' && spf.aligned) return `The SPF record of ${spf.domain} cannot be looked up now.`
  if (partial) return explainPartial(partial)
  if (broken) return `The signature of ${broken.domain} does not hold (${broken.comment ?? broken.result}).`
  if (arc.result === 'pass') return `${arc.sealer} forwarded the letter, and does not say that ${domain} was proved.`
  if (arc.result === 'untrusted') return `${arc.sealer}, which forwarded the letter, is not among the sealers we trust.`
  if (foreign) return `DKIM by ${foreign.domain} passed, but the letter is from ${domain}.`
  if (spf.result === 'pass' && !spf.aligned)
    return `It came from a server of ${spf.domain}, but the letter is from ${domain}.`
  if (spf.result === 'permerror' && spf.aligned)
    return `The SPF record of ${spf.domain} cannot be used (${spf.comment ?? 'it is broken'}).`
  if (dmarc.result === 'fail') return `Neither a signature nor the sending server proves ${domain}, as its policy asks.`
  return `Nothing proves that ${domain} sent it: no signature, and its SPF record says ${spf.result}.`
}

function explainPartial({ domain, whole_body, unsigned = [] }: Signature): string {
  if (!whole_body) return `The signature of ${domain} covers only part of the letter, so it does not count.`
  return `The signature of ${domain} does not cover every ${unsigned.join(', ')} of the letter, so it does not count.`
}

const old = 7 * 24 * 60 * 60 * 1000

/** What changes nothing about the verdict, and is worth a look by staff. */
export function noteworthy({ dkim, verified }: Facts, leftOut: number, now = Date.now()): string[] {
  const proof = verified ? dkim.find((s) => s.result === 'pass' && wouldProve(s)) : undefined
  const signedAt = proof?.signed_at ? Date.parse(proof.signed_at) : now
  const days = Math.floor((now - signedAt) / (24 * 60 * 60 * 1000))
  return [
    ...(leftOut > 0 ? [`The letter carries ${leftOut} more signatures, which were not looked at.`] : []),
    ...(now - signedAt > old ? [`It was signed ${days} days ago: it may be a copy, sent again by somebody else.`] : []),
  ]
}

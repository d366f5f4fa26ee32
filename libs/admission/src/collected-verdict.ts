/**
 * The verdict on a letter that did not come to us, but was collected from another server by IMAP: that server saw the
 * peer, we did not. What it wrote into the letter is taken, if we were told to believe it (RFC 8601).
 */
import { domainToASCII } from 'node:url'
import type { Verdict } from '@podatelna/contracts'
import { type AuthenticationResult, type Header, oneLine, parseAuthenticationResults } from '@podatelna/mail'
import type { Judgement } from './verdict.ts'
import { soleAuthor } from './verdict-author.ts'
import { aligned } from './verdict-facts.ts'

/** @param server the authserv-id of the server that is believed; without it nothing proves an author. Pure. */
export function judgeCollected(header: Header, server: string | undefined): Judgement {
  const author = soleAuthor(header)
  if (!author) return { outcome: 'no_author', verdict: { ...nothing, explanation: noAuthor } }
  const said = whatSaid(header, server)
  if (typeof said === 'string') return { outcome: 'judged', verdict: { ...nothing, author, explanation: said } }
  return weigh(author, oneLine(server!, 253), said)
}

/**
 * The topmost field alone: each server writes above what it was given, and what stands below may be the sender's
 * invention (RFC 8601 §7.1). A sentence when that field says nothing to us.
 */
function whatSaid(header: Header, server: string | undefined): AuthenticationResult[] | string {
  if (!server) return 'It was collected by IMAP, and no mail server is named whose checks are believed.'
  const topmost = header.find(({ name }) => name === 'authentication-results')
  if (!topmost) return `It was collected by IMAP, and carries no results of ${oneLine(server, 253)}.`
  const read = topmost.odd ? undefined : parseAuthenticationResults(topmost.value)
  if (!read) return 'The results of the mail server that took the letter in cannot be read.'
  if (read.authservId === server.toLowerCase()) return read.results
  return `It carries results of ${oneLine(read.authservId, 253)}, and only those of ${oneLine(server, 253)} are believed.`
}

function weigh(author: string, server: string, said: AuthenticationResult[]): Judgement {
  const domain = author.slice(author.lastIndexOf('@') + 1)
  const facts = { dkim: signatures(said, domain), spf: sender(said, domain), dmarc: policy(said) }
  const judged = (verified: boolean, sentence: string, outcome: Judgement['outcome'] = 'judged'): Judgement => {
    const explanation = `${server}, which took the letter in, ${sentence}`
    return { outcome, verdict: { ...nothing, ...facts, author, verified, explanation } }
  }
  const { dkim, spf, dmarc } = facts
  const signature = dkim.find((s) => s.aligned && s.result === 'pass')
  const forAuthor = domainToASCII(dmarc.domain ?? '') === domain
  if (said.filter(({ method }) => method === 'dmarc').length > 1) return judged(false, 'says two things about DMARC.')
  if (dmarc.result === 'pass' && forAuthor) return judged(true, `says that it passed the DMARC policy of ${domain}.`)
  if (dmarc.result === 'pass') return judged(false, `says that it passed DMARC, but not for ${domain}.`)
  if (dmarc.result === 'none' && signature) return judged(true, `says that it is signed by ${signature.domain}.`)
  if (dmarc.result === 'none' && spf.aligned && spf.result === 'pass')
    return judged(true, `says that it came from a server that ${spf.domain} allows.`)
  // What it wrote will never change, so waiting proves nothing: the author is asked, as if nothing were known.
  if (isOpen(facts)) return judged(false, `could not look up whether ${domain} sent it.`)
  if (dmarc.result === 'fail' && dmarc.policy === 'reject' && forAuthor)
    return judged(false, `says that it failed the DMARC policy of ${domain}, which is to refuse it.`, 'forged')
  if (dmarc.result === 'fail') return judged(false, `says that it failed the DMARC policy of ${domain}.`)
  return judged(false, `says nothing that proves that ${domain} sent it.`)
}

type Facts = Pick<Verdict, 'dkim' | 'spf' | 'dmarc'>

/** What failed for a moment could have been the proof. */
function isOpen({ dkim, spf, dmarc }: Facts): boolean {
  if (dmarc.result !== 'none') return dmarc.result === 'temperror'
  return (spf.aligned && spf.result === 'temperror') || dkim.some((s) => s.aligned && s.result === 'temperror')
}

/** Some servers name `header.d`, some only `header.i`, whose domain is the same or one below it (RFC 6376 §3.5). */
function signatures(said: AuthenticationResult[], author: string): Verdict['dkim'] {
  return said
    .filter(({ method }) => method === 'dkim')
    .map(({ result, properties }) => {
      const domain = domainIn(properties.get('header.d') ?? properties.get('header.i'))
      const selector = oneLine(properties.get('header.s') ?? '', 253)
      return { result, domain, selector, aligned: aligned(domain, author), whole_body: true }
    })
}

/** The name of HELO (`smtp.helo`) proves no author (RFC 7489 §3.1.2). */
function sender(said: AuthenticationResult[], author: string): Verdict['spf'] {
  const spf = said.find(({ method, properties }) => method === 'spf' && properties.has('smtp.mailfrom'))
  if (!spf) return nothing.spf
  const domain = domainIn(spf.properties.get('smtp.mailfrom'))
  return { result: spf.result, domain, aligned: aligned(domain, author) }
}

function policy(said: AuthenticationResult[]): Verdict['dmarc'] {
  const dmarc = said.find(({ method }) => method === 'dmarc')
  if (!dmarc) return nothing.dmarc
  const { result, properties, comment } = dmarc
  const written = properties.get('policy.dmarc') ?? inComment(comment)
  return {
    ...{ result, domain: domainIn(properties.get('header.from')) },
    ...(written && { policy: written.toLowerCase() }),
  }
}

/**
 * `policy.dmarc` (RFC 7489 §11.1) is hardly ever written; Gmail, OpenDMARC and Rspamd say it in a comment. Where the policy
 * for subdomains is another one, the comment does not tell which was meant.
 */
function inComment(comment: string): string | undefined {
  const [own, sub] = [/\b(?:p|policy)=(\w+)/i, /\bsp=(\w+)/i].map((form) => form.exec(comment)?.[1]?.toLowerCase())
  return sub === undefined || sub === own ? own : undefined
}

/** Of an address, of `@acme.cz`, or as it stands. */
function domainIn(value = ''): string {
  return oneLine(value.slice(value.lastIndexOf('@') + 1).replace(/[<>]/g, ''), 253).toLowerCase()
}

const nothing: Verdict = {
  verified: false,
  explanation: '',
  spf: { result: 'none', aligned: false },
  dkim: [],
  dmarc: { result: 'none' },
  arc: { result: 'none' },
}
const noAuthor = 'The letter does not name exactly one author.'

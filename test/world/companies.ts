import type { Zone } from './dns.ts'
import { type Draft, letter, signer } from './letters.ts'

/**
 * The companies that write to us, each able to prove itself in its own way, from a server at 127.0.0.1. `post` writes
 * a letter as that company's own server sends it; a bare `letter` from the same address is what a forger sends.
 */
export const companies = {
  /** Signs; its servers are elsewhere, so only the signature proves it; forgeries are to be rejected. */
  acme: company('Acme s.r.o.', 'acme.cz', 'cs', ['Jana Nováková', 'Petr Svoboda'], {
    spf: 'v=spf1 ip4:192.0.2.10 -all',
    dkim: 's1',
    dmarc: 'v=DMARC1; p=reject',
  }),
  /** Proved by the sending address alone; has no DMARC record. */
  globex: company('Globex a.s.', 'globex.sk', 'sk', ['Zuzana Kováčová', 'Martin Horváth'], {
    spf: 'v=spf1 ip4:127.0.0.1 -all',
  }),
  /** Signs, but asks that forgeries be quarantined, not rejected. */
  initech: company('Initech S.p.A.', 'initech.it', 'it', ['Giulia Rossi', 'Marco Bianchi'], {
    dkim: 'mail',
    dmarc: 'v=DMARC1; p=quarantine',
  }),
  /** Publishes nothing: whoever writes from there has to confirm it. */
  proveless: company('Proveless', 'proveless.cz', 'cs', ['Karel Dvořák', 'Eva Malá'], {}),
}

/** A fresh copy for each world, to be changed freely. Names of `slow.cz` never answer, those of `broken.cz` fail. */
export function companiesZone(): Zone {
  return {
    ...Object.assign({}, ...Object.values(companies).map(published)),
    'slow.cz': 'timeout',
    '_dmarc.slow.cz': 'timeout',
    'broken.cz': 'servfail',
    '_dmarc.broken.cz': 'servfail',
  }
}

export type Company = {
  name: string
  domain: string
  language: 'cs' | 'sk' | 'it' | 'en' | 'de'
  people: Person[]
  proofs: Proofs
  post(draft: Draft): Promise<Buffer>
}

/** `as` is the person as written in From. */
export type Person = { name: string; email: string; as: string }

/** What the company publishes: its SPF and DMARC records, and the selector of its DKIM key. */
export type Proofs = { spf?: string; dkim?: string; dmarc?: string }

function company(
  name: string,
  domain: string,
  language: Company['language'],
  names: string[],
  proofs: Proofs,
): Company {
  const post = async (draft: Draft) => {
    const raw = await letter(draft)
    return proofs.dkim ? signer(domain, proofs.dkim).sign(raw) : raw
  }
  return { name, domain, language, people: names.map((person) => personAt(domain, person)), proofs, post }
}

/** Jana Nováková is jana@acme.cz. */
function personAt(domain: string, name: string): Person {
  const local = name.split(' ')[0]!.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
  const email = `${local}@${domain}`
  return { name, email, as: `${name} <${email}>` }
}

function published({ domain, proofs }: Company): Zone {
  const key = proofs.dkim ? signer(domain, proofs.dkim) : undefined
  return {
    [domain]: { A: ['127.0.0.1'], MX: [`10 mx.${domain}`], ...(proofs.spf && { TXT: [proofs.spf] }) },
    [`mx.${domain}`]: { A: ['127.0.0.1'] },
    ...(key && { [key.name]: { TXT: [key.txt] } }),
    ...(proofs.dmarc && { [`_dmarc.${domain}`]: { TXT: [proofs.dmarc] } }),
  }
}

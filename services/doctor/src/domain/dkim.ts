import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Settings } from '@podatelna/runtime'
import { type Advice, type Finding, fault, ok, warning } from '../finding.ts'
import type { Names } from '../names.ts'
import { readTags, zoneLine } from './zone.ts'

/** Each published key has to be the one that signs (RFC 6376 §3.6). */
export async function checkDkim(settings: Settings, names: Names): Promise<Finding[]> {
  const { DKIM_SELECTOR: selectors, DKIM_KEY_FILE: files, MAIL_DOMAIN: domain } = settings
  if (selectors.length === 0) return [warning(`DKIM ${domain}`, 'letters are not signed.', makeKey())]
  return Promise.all(selectors.map((selector, at) => checkKey({ selector, file: files[at]!, domain }, names)))
}

async function checkKey(
  { selector, file, domain }: { selector: string; file: string; domain: string },
  names: Names,
): Promise<Finding> {
  const name = `${selector}._domainkey.${domain}`
  const subject = `DKIM ${name}`
  const key = readKey(await readFile(file, 'utf8'))
  if (!key) return fault(subject, `${file} is no RSA or Ed25519 private key.`, makeKey())
  const publish: Advice = {
    why: 'A signature that cannot be checked is worth nothing; many servers refuse or hide such letters.',
    change: 'Publish the public part of the key.',
    paste: [zoneLine(name, 'TXT', `v=DKIM1; k=${key.type}; p=${key.published}`)],
  }
  const records = await names.txt(name)
  const [record] = records
  if (!record) return fault(subject, 'there is no key.', publish)
  if (records.length > 1)
    return fault(subject, `there are ${records.length} records.`, { ...publish, change: 'Leave this one only.' })
  const tags = readTags(record)
  if (tags.p === '') return fault(subject, 'the published key is revoked (p= is empty).', publish)
  if (tags.p?.replace(/\s/g, '') !== key.published) {
    return fault(subject, `the published key is another one than in ${file}.`, publish)
  }
  if ((tags.k ?? 'rsa') !== key.type)
    return fault(subject, `the record says k=${tags.k ?? 'rsa'}, the key is ${key.type}.`, publish)
  if (key.bits < 2048)
    return warning(subject, `the key has ${key.bits} bits only.`, makeKey('Short keys can be broken.'))
  if (tags.t?.split(':').includes('y')) {
    return warning(subject, 'the record says t=y: a test.', { ...publish, why: 'Receivers may ignore the signature.' })
  }
  return ok(subject, `holds the key of ${file}.`)
}

function makeKey(why = 'Forwarded letters of ours cannot be proved, and many servers hide unsigned ones.'): Advice {
  return {
    why,
    change: 'Make a key, set DKIM_SELECTOR and DKIM_KEY_FILE, and run the doctor again for the record to publish.',
    paste: ['openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out dkim.pem'],
  }
}

type Key = { type: 'rsa' | 'ed25519'; bits: number; published: string }

function readKey(pem: string): Key | undefined {
  try {
    return describe(createPublicKey(createPrivateKey(pem)))
  } catch {
    return undefined
  }
}

function describe(key: KeyObject): Key | undefined {
  const der = key.export({ type: 'spki', format: 'der' })
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0
  if (key.asymmetricKeyType === 'rsa') return { type: 'rsa', bits, published: der.toString('base64') }
  // RFC 8463 §4.2: the 32 bytes of the key alone, without the wrapping.
  if (key.asymmetricKeyType === 'ed25519')
    return { type: 'ed25519', bits: 2048, published: der.subarray(-32).toString('base64') }
  return undefined
}

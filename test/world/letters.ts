import { generateKeyPairSync } from 'node:crypto'
import { type DKIMSignOptions, dkimSign, sealMessage } from 'mailauth'
import MailComposer from 'nodemailer/lib/mail-composer'

/** What a person writes in a mail program; the rest (date, Message-ID, MIME) is made as a mail program would. */
export type Draft = {
  from: string
  to: string | string[]
  cc?: string | string[]
  subject: string
  text?: string
  html?: string
  inReplyTo?: string
  references?: string | string[]
  messageId?: string
  date?: Date
  headers?: Record<string, string | string[]>
  attachments?: { filename?: string; content: string | Buffer; contentType?: string; cid?: string }[]
}

/** The letter as it travels: bytes with CRLF line ends, not signed by anybody. */
export function letter(draft: Draft): Promise<Buffer> {
  return new MailComposer({ ...draft, newline: 'win' }).compile().build()
}

export type Signer = {
  /** Where the public key is published, and what is published there. */
  name: string
  txt: string
  sign(raw: Buffer, options?: Partial<DKIMSignOptions>): Promise<Buffer>
  /** Forwards the letter with an ARC set that says what `results` say; `i` is its place in the chain. */
  seal(raw: Buffer, results: string, i?: number): Promise<Buffer>
}

const signers = new Map<string, Signer>()

/** One RSA key for a domain and selector in the life of this process. */
export function signer(domain: string, selector: string, bits = 2048): Signer {
  const name = `${selector}._domainkey.${domain}`
  const known = signers.get(name) ?? createSigner(name, domain, selector, bits)
  signers.set(name, known)
  return known
}

function createSigner(name: string, signingDomain: string, selector: string, modulusLength: number): Signer {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength,
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  return {
    name,
    txt: `v=DKIM1; k=rsa; p=${publicKey.toString('base64')}`,
    async sign(raw, options) {
      const key = { signingDomain, selector, privateKey, ...options }
      const { signatures, errors } = await dkimSign(raw, { ...key, signatureData: [key] })
      if (errors.length) throw new Error(`The letter could not be signed: ${JSON.stringify(errors)}`)
      return Buffer.concat([Buffer.from(signatures), raw])
    },
    async seal(raw, results, i = 1) {
      const authResults = `mx.${signingDomain}; ${results}`
      const seal = { signingDomain, selector, privateKey, authResults, i, cv: i === 1 ? 'none' : 'pass' }
      return Buffer.concat([await sealMessage(raw, seal), raw])
    },
  }
}

import { dkimSign } from 'mailauth/lib/dkim/sign.js'

/**
 * Puts our DKIM signature (RFC 6376) in front of a letter.
 *
 * @throws Error when the key cannot sign
 */
export async function signLetter(
  source: Buffer,
  key: { domain: string; selector: string; privateKey: string },
): Promise<Buffer> {
  const signature = { signingDomain: key.domain, selector: key.selector, privateKey: key.privateKey }
  // Signed is what stands in signatureData; the same fields beside it are there for mailauth's types only.
  const { signatures, errors } = await dkimSign(source, { ...signature, signatureData: [signature] })
  if (!signatures) throw new Error(`the letter cannot be signed: ${errors[0]?.err.message ?? 'no signature was made'}`)
  return Buffer.concat([Buffer.from(signatures), source])
}

import { webcrypto } from 'node:crypto'
import { deflateSync } from 'node:zlib'
import * as asn1 from 'asn1js'
import * as pki from 'pkijs'
import { expect, test } from 'vitest'
import { parseLetter } from '../parse.ts'
import { readCms } from './cms.ts'
import * as write from './cms-writer.ts'
import { eachMutation } from './mutations.ts'
import { signatureText } from './signature.ts'

const jana = write.person('ecdsa')
const words = 'Content-Type: text/plain; charset=utf-8\r\n\r\nDobrý den\r\n'
const noWarnings: string[] = []

test('a letter that is one signed file is read as the letter in it', () => {
  const letter = parseLetter(opaque(write.signedData(jana, Buffer.from(words))))
  expect(letter).toMatchObject({ text: 'Dobrý den\n', attachments: [], warnings: noWarnings })
  expect(letter.signature).toMatchObject({
    state: 'good',
    whole: true,
    signers: [{ addresses: ['jana@acme.example'] }],
  })
  expect(signatureText(letter.signature!)).toBe(
    'Signed by Jana Nová, jana@acme.example; certificate issued by Acme CA, valid from 2025-01-01 to 2030-01-01. Whether that issuer is trusted is not checked.',
  )
})

test('the files of a signed letter are listed as coming from it', () => {
  const inner = `Content-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\n\r\nHello\r\n--i\r\nContent-Type: image/png; name=a.png\r\n\r\nx\r\n--i--\r\n`
  const { attachments, text } = parseLetter(opaque(write.signedData(jana, Buffer.from(inner))))
  expect(text).toBe('Hello')
  expect(attachments).toMatchObject([{ filename: 'a.png', source: 'smime' }])
})

test.each(['rsa', 'rsa, SHA-1', 'pss', 'ecdsa', 'ed25519'] as const)('a signature by %s is checked', (kind) => {
  const signer = write.person(kind)
  expect(parseLetter(detached(signer, words)).signature?.state).toBe('good')
  expect(parseLetter(detached(signer, words, 'Dobrý den', 'Dobrou noc')).signature?.state).toBe('bad')
})

test.each([
  ['over the letter itself', { attributes: false }],
  ['that names its certificate by its key', { byKeyId: true }],
])('a signature %s is checked', (_, options) => {
  expect(parseLetter(detached(jana, words, '', '', options)).signature?.state).toBe('good')
  expect(parseLetter(detached(jana, words, 'den', 'dům', options)).signature?.state).toBe('bad')
})

test('a signature is over lines that end with CRLF, however the letter arrived', () => {
  const letter = Buffer.from(detached(jana, words).toString().replaceAll('\r\n', '\n'))
  expect(parseLetter(letter).signature?.state).toBe('good')
})

test('a letter that was changed on its way is told, and shown', () => {
  const letter = parseLetter(detached(jana, words, 'Dobrý den', 'Pay at once'))
  expect(letter.text).toBe('Pay at once\n')
  expect(letter.warnings).toEqual([
    'The signature of jana@acme.example is wrong: what was signed was changed afterwards.',
  ])
})

test('a signature of somebody else than the author is told', () => {
  const petr = write.person('ecdsa', { address: 'petr@desk.example' })
  expect(parseLetter(detached(petr, words)).warnings).toEqual([
    'It is signed by petr@desk.example, who is not the author the letter names.',
  ])
})

test('a signature made with another key than that of its certificate is wrong', () => {
  const forger = { ...write.person('ecdsa'), certificate: jana.certificate }
  expect(parseLetter(detached(forger, words)).warnings).toEqual([
    'The signature of jana@acme.example is wrong: it does not fit its certificate.',
  ])
})

test('a certificate that was over when the letter was signed is told', () => {
  const old = write.person('ecdsa', { to: '260101000000Z' })
  expect(parseLetter(detached(old, words)).warnings).toEqual([
    'The certificate of jana@acme.example was not valid when the letter was signed.',
  ])
})

test('a signature without its certificate is not checked, and told', () => {
  const { signature, warnings } = parseLetter(detached(jana, words, '', '', { certificates: false }))
  expect(signature?.state).toBe('unchecked')
  expect(warnings).toEqual([
    'The signature of somebody unknown could not be checked: its certificate is not in the letter.',
  ])
})

test('a signature that is only over a part of the letter is told', () => {
  const part = detached(jana, words)
    .toString()
    .replace(/^From.*\r\n/, '')
  const letter = `From: jana@acme.example\r\nContent-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\n${part}\r\n--o\r\n\r\nA footer\r\n--o--\r\n`
  const { signature, warnings } = parseLetter(Buffer.from(letter))
  expect(signature).toMatchObject({ state: 'good', whole: false })
  expect(warnings).toEqual(['Only a part of the letter is signed.'])
})

test('an encrypted letter stays a file, and is told', () => {
  const letter = parseLetter(opaque(write.contentInfo('1.2.840.113549.1.7.3', write.sequence())))
  expect(letter).toMatchObject({ text: '', encrypted: 'smime', attachments: [{ filename: 'smime.p7m' }] })
  expect(letter.warnings).toEqual(['It is encrypted with S/MIME; what is encrypted cannot be read here.'])
})

test('a compressed letter is read; one that would fill the memory stays a file', () => {
  expect(parseLetter(opaque(write.compressedData(deflateSync(words)))).text).toBe('Dobrý den\n')
  const bomb = parseLetter(opaque(write.compressedData(deflateSync(Buffer.alloc(100_000_000)))))
  expect(bomb.attachments).toMatchObject([{ filename: 'smime.p7m' }])
  expect(bomb.warnings).toEqual([
    'A part of S/MIME is damaged, or has more in it than is unpacked; it is listed as a file.',
  ])
})

test('many that would fill the memory cost no more than one', () => {
  const bomb = `Content-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: base64\r\n\r\n${write
    .compressedData(deflateSync(Buffer.alloc(80_000_000)))
    .toString('base64')}\r\n`
  const letter = `Content-Type: multipart/mixed; boundary=b\r\n\r\n${`--b\r\n${bomb}`.repeat(40)}--b--\r\n`
  expect(parseLetter(Buffer.from(letter)).attachments.length).toBe(40)
})

test('more signatures than are checked are told', () => {
  let entity = words
  for (let times = 0; times < 5; times++)
    entity = detached(jana, entity, '', '', { boundary: `s${times}` })
      .toString()
      .replace(/^From.*\r\n/, '')
  const { signature, warnings } = parseLetter(Buffer.from(`From: jana@acme.example\r\n${entity}`))
  expect(signature).toMatchObject({ state: 'good', whole: true })
  expect(warnings).toEqual(['It has more signatures than are checked.'])
})

test('what is wrapped three times is read, and the fourth stays a file', () => {
  const wrap = (content: Buffer) => {
    const head = 'Content-Type: application/pkcs7-mime; name=smime.p7m\r\n\r\n'
    return Buffer.concat([Buffer.from(head), write.signedData(jana, content)])
  }
  const wrapped = (times: number): Buffer => (times === 0 ? Buffer.from(words) : wrap(wrapped(times - 1)))
  expect(parseLetter(wrapped(3)).text).toBe('Dobrý den\n')
  expect(parseLetter(wrapped(4))).toMatchObject({ text: '', attachments: [{ filename: 'smime.p7m', source: 'smime' }] })
})

test('what a program wrote in pieces without lengths is read', () => {
  const content = Buffer.from(`Content-Type: text/plain\r\n\r\n${'long '.repeat(5000)}`)
  expect(parseLetter(opaque(write.inPieces(content, 1000))).text.length).toBe(25_000)
})

test('a signed invoice is a file beside the one that was sent', () => {
  const p7m = write.signedData(jana, Buffer.from('<?xml version="1.0"?><invoice/>'))
  const letter = `From: jana@acme.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHello\r\n--b\r\nContent-Type: application/pkcs7-mime; name=it01.xml.p7m\r\nContent-Transfer-Encoding: base64\r\n\r\n${p7m.toString('base64')}\r\n--b--\r\n`
  const { attachments, signature, warnings } = parseLetter(Buffer.from(letter))
  expect(attachments.map(({ filename, source }) => [filename, source])).toEqual([
    ['it01.xml', 'smime'],
    ['it01.xml.p7m', 'part'],
  ])
  expect([signature, warnings]).toEqual([undefined, []])
})

test('a subject that is signed is known, where the one outside stands in for it', () => {
  const inner = 'Content-Type: text/plain; protected-headers="v1"\r\nSubject: =?utf-8?Q?V=C3=BDpadek?=\r\n\r\nHello\r\n'
  expect(parseLetter(opaque(write.signedData(jana, Buffer.from(inner)))).protected_subject).toBe('Výpadek')
  expect(parseLetter(detached(jana, inner)).protected_subject).toBe('Výpadek')
  const plain = inner.replace('; protected-headers="v1"', '')
  expect(parseLetter(detached(jana, plain)).protected_subject).toBeUndefined()
})

test('what another program signed and encrypted is read as it is meant', async () => {
  const { certificate, key } = await otherProgram()
  const content = new TextEncoder().encode(words)
  const signed = new pki.SignedData({
    ...{ version: 1, certificates: [certificate] },
    encapContentInfo: new pki.EncapsulatedContentInfo({
      ...{ eContentType: pki.ContentInfo.DATA, eContent: new asn1.OctetString({ valueHex: content }) },
    }),
    signerInfos: [
      new pki.SignerInfo({
        version: 1,
        sid: new pki.IssuerAndSerialNumber({ issuer: certificate.issuer, serialNumber: certificate.serialNumber }),
      }),
    ],
  })
  await signed.sign(key, 0, 'SHA-256', content.buffer)
  const info = new pki.ContentInfo({ contentType: pki.ContentInfo.SIGNED_DATA, content: signed.toSchema(true) })
  const letter = parseLetter(opaque(Buffer.from(info.toSchema().toBER(false))))
  expect(letter).toMatchObject({ text: 'Dobrý den\n', signature: { state: 'good', signers: [{ name: 'Jana' }] } })

  const enveloped = new pki.EnvelopedData()
  enveloped.addRecipientByCertificate(certificate, {}, 1)
  await enveloped.encrypt({ name: 'AES-CBC', length: 128 } as webcrypto.AesKeyAlgorithm, content.buffer)
  const hidden = new pki.ContentInfo({ contentType: pki.ContentInfo.ENVELOPED_DATA, content: enveloped.toSchema() })
  expect(parseLetter(opaque(Buffer.from(hidden.toSchema().toBER(false)))).encrypted).toBe('smime')
})

test('any bytes give a result', () => {
  const samples = [
    write.signedData(jana, Buffer.from(words)),
    write.signedData(jana, Buffer.from(words), { byKeyId: true }),
    write.inPieces(Buffer.from(words), 10),
    write.compressedData(deflateSync(words)),
  ]
  eachMutation(samples, (bytes) => {
    readCms(bytes)
    expect(parseLetter(opaque(bytes)).attachments.length).toBeLessThan(3)
  })
})

function opaque(cms: Buffer): Buffer {
  const head = 'From: Jana <Jana@Acme.example>\r\nContent-Type: application/pkcs7-mime; name=smime.p7m\r\n'
  return Buffer.from(`${head}Content-Transfer-Encoding: base64\r\n\r\n${cms.toString('base64')}\r\n`)
}

/** With `from` replaced by `to` after it was signed. */
function detached(
  signer: write.Person,
  entity: string,
  from = '',
  to = '',
  { boundary = 's', ...options }: write.Options & { boundary?: string } = {},
): Buffer {
  const p7s = write.signedData(signer, Buffer.from(entity), { ...options, detached: true }).toString('base64')
  const type = 'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; boundary='
  const head = `From: jana@acme.example\r\n${type}${boundary}\r\n\r\n--${boundary}\r\n`
  const signature = 'Content-Type: application/pkcs7-signature; name=smime.p7s\r\nContent-Transfer-Encoding: base64'
  return Buffer.from(
    `${head}${entity.replace(from, to)}\r\n--${boundary}\r\n${signature}\r\n\r\n${p7s}\r\n--${boundary}--\r\n`,
  )
}

async function otherProgram() {
  const how = {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
  }
  const keys = await webcrypto.subtle.generateKey(how, true, ['sign', 'verify'])
  const certificate = new pki.Certificate({ version: 2, serialNumber: new asn1.Integer({ value: 300 }) })
  const name = () => new pki.AttributeTypeAndValue({ type: '2.5.4.3', value: new asn1.Utf8String({ value: 'Jana' }) })
  for (const one of [certificate.issuer, certificate.subject]) one.typesAndValues.push(name())
  certificate.notBefore.value = new Date('2025-01-01')
  certificate.notAfter.value = new Date('2030-01-01')
  await certificate.subjectPublicKeyInfo.importKey(keys.publicKey as webcrypto.CryptoKey)
  await certificate.sign(keys.privateKey as webcrypto.CryptoKey, 'SHA-256')
  return { certificate, key: keys.privateKey as webcrypto.CryptoKey }
}

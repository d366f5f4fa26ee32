/** Signed and encrypted letters of notmuch, which has no expected values: what each is was read off its own headers. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { headerText, type ParsedLetter, parseLetter, readHeader } from '@podatelna/mail'
import type { Report } from './report.ts'

export async function runCrypto(folder: string): Promise<Report[]> {
  const at = join(folder, 'parse/notmuch-crypto')
  const names = globSync('*/*', { cwd: at }).sort()
  const letters = names.map((name) => {
    const raw = readFileSync(join(at, name))
    const subject = headerText(readHeader(raw), 'subject')
    return { name, subject, letter: parseLetter(raw), protection: protections[name] ?? 'nothing' }
  })
  return [
    report('crypto: what protects it', letters, ({ letter, protection }) => [protection, protectionOf(letter)]),
    report('crypto: what can be read is shown, and what cannot stays a file', letters, ({ name, letter }) => [
      hidden.has(name) ? 'a file' : 'a text',
      letter.text.trim() !== '' ? 'a text' : letter.attachments.some(({ bytes }) => bytes > 20) ? 'a file' : 'nothing',
    ]),
    report('crypto: the subject that is signed', letters, ({ name, subject, letter }) => [
      signedSubject.has(name) ? subject : 'none',
      letter.protected_subject ?? 'none',
    ]),
    report('crypto: nothing of it is called wrong', letters, ({ letter }) => [
      'no warning',
      letter.warnings.filter((warning) => !/encrypted/.test(warning)).join(' ') || 'no warning',
    ]),
  ]
}

type Letter = { name: string; subject: string; letter: ParsedLetter; protection: string }

function protectionOf({ encrypted, signature }: ParsedLetter): string {
  if (encrypted) return `encrypted, ${encrypted}`
  return signature ? `signed, ${signature.kind}, ${signature.state}` : 'nothing'
}

function report(source: string, letters: Letter[], compare: (one: Letter) => [expected: string, seen: string]): Report {
  const found = letters.flatMap((one) => {
    const [expected, seen] = compare(one)
    return expected === seen ? [] : [{ case: one.name, expected, seen }]
  })
  return { source, cases: letters.length, differences: found }
}

const [pgp, smime] = ['encrypted, pgp', 'encrypted, smime']

const protections: Record<string, string> = {
  'crypto/basic-encrypted.eml': pgp,
  'crypto/encrypted-rfc822-attachment': pgp,
  'crypto/encrypted-signed.eml': pgp,
  'crypto/simple-encrypted': pgp,
  'indexing/PATCH-1-2-system_data_types.7-srcfix.txt_2,S': 'signed, pgp, unchecked',
  'mangling/mixed-up.eml': pgp,
  'pkcs7/smime-onepart-signed.eml': 'signed, smime, good',
  'protected-headers/double-wrapped-with-phony-protected-header.eml': pgp,
  'protected-headers/encrypted-message-with-forwarded-attachment.eml': pgp,
  'protected-headers/encrypted-signed-not-masked.eml': pgp,
  'protected-headers/encrypted-signed.eml': pgp,
  'protected-headers/misplaced-protected-header.eml': pgp,
  'protected-headers/nested-rfc822-message.eml': pgp,
  'protected-headers/no-protected-header-attribute.eml': pgp,
  'protected-headers/phony-protected-header-bad-encryption.eml': pgp,
  'protected-headers/protected-header.eml': pgp,
  'protected-headers/protected-with-legacy-display.eml': pgp,
  'protected-headers/signed-protected-header.eml': 'signed, pgp, unchecked',
  'protected-headers/simple-signed-mail.eml': 'signed, pgp, unchecked',
  'protected-headers/smime-enc+legacy-disp.eml': smime,
  'protected-headers/smime-multipart-signed.eml': 'signed, smime, good',
  'protected-headers/smime-onepart-signed.eml': 'signed, smime, good',
  'protected-headers/smime-sign+enc+legacy-disp.eml': smime,
  'protected-headers/smime-sign+enc.eml': smime,
  'protected-headers/subjectless-protected-header.eml': pgp,
  'protected-headers/wrapped-protected-header.eml': pgp,
}

/** All of it is encrypted, or a file from the beginning; of the one that a list wrapped the footer is not. */
const hidden = new Set([
  ...Object.keys(protections).filter((name) => protections[name]!.startsWith('encrypted')),
  'indexing/fake-pdf_2,S',
])
hidden.delete('protected-headers/wrapped-protected-header.eml')

const signedSubject = new Set([
  'protected-headers/signed-protected-header.eml',
  'protected-headers/smime-multipart-signed.eml',
  'protected-headers/smime-onepart-signed.eml',
])

/**
 * What a letter wraps comes out of it, before anybody looks for its text and its files: each wrapping becomes a multipart
 * of what was in it, in its place. Total; within the budget of the letter (budget.ts).
 */
import { inflateSync } from 'node:zlib'
import { headerMailboxes, headerText, headerValue } from '../headers.ts'
import { writtenName } from '../mime/bodies.ts'
import { decodeText } from '../mime/charset.ts'
import { decodeTransfer } from '../mime/transfer.ts'
import { type Entity, leavesOf, readTree } from '../mime/tree.ts'
import { oneLine } from '../text.ts'
import { admits, type Budget, budgetFor, deeper } from './budget.ts'
import { type Calendar, calendarText, readCalendar } from './calendar.ts'
import { type Cms, readCms, type SignedData } from './cms.ts'
import { meetingOf } from './outlook-meeting.ts'
import { divide, filePart, textPart } from './part.ts'
import { armourIn } from './pgp.ts'
import { canonicalForms, checkSignature, type Signature, signatureWarnings } from './signature.ts'
import { unpackText } from './text-files.ts'
import { readTnef, type Tnef } from './tnef.ts'

export type Unpacked = {
  /** Of the letter, else of the first part that has one. */
  signature?: Signature | undefined
  /** What hides the letter, or a part of it, from us. */
  encrypted?: 'smime' | 'pgp' | undefined
  /** The subject that is signed, where the one outside may be a stand-in. */
  protected_subject?: string | undefined
  calendar?: Calendar | undefined
  /** In words for staff. */
  warnings: string[]
}

/** Changes the tree. */
export function unpackTree(root: Entity): Unpacked {
  const unpacking: Unpacking = {
    ...{ found: {}, warnings: new Set(), signatures: [], signedFiles: 0, calendars: 0, spare: [] },
  }
  unpackEntity(root, { budget: budgetFor(root.bytes.length), whole: true }, unpacking)
  if (!hasWords(root)) unpacking.spare[0]?.()
  const { found, signatures, warnings } = unpacking
  const signature = signatures.find(({ whole }) => whole) ?? signatures[0]
  if (signature) for (const warning of signatureWarnings(signature, authorsOf(root))) warnings.add(warning)
  return { ...found, signature, warnings: [...warnings] }
}

function authorsOf({ header }: Entity): string[] {
  return headerMailboxes(header, 'from').map(({ address }) => address.toLowerCase())
}

type Unpacking = {
  found: Omit<Unpacked, 'warnings'>
  warnings: Set<string>
  signatures: Signature[]
  /** How many of each were looked into. */
  signedFiles: number
  calendars: number
  /** Texts that are shown when the letter has no other, best first. */
  spare: (() => void)[]
}

/** `whole`: it is all of the letter, or all that is signed of it. */
type Place = { budget: Budget; whole: boolean }

function unpackEntity(entity: Entity, place: Place, unpacking: Unpacking): void {
  const { type, children } = entity
  if (type === 'multipart/signed') noteSigned(entity, place, unpacking)
  if (type === 'multipart/encrypted') {
    noteEncrypted('pgp', unpacking)
    nameEncrypted(children[1])
  }
  for (const [at, child] of [...children].entries()) {
    unpackEntity(child, { ...place, whole: place.whole && type === 'multipart/signed' && at === 0 }, unpacking)
  }
  if (children.length > 0) return
  if (type === 'application/pgp-encrypted') noteEncrypted('pgp', unpacking)
  else if (isCms(entity)) unpackCms(entity, place, unpacking)
  else if (isTnef(entity)) unpackTnef(entity, place, unpacking)
  else if (/^(text\/calendar|application\/ics)$/.test(type)) noteCalendar(entity, unpacking)
  else if (type === 'text/plain' && entity.disposition?.value !== 'attachment') unpackWords(entity, place, unpacking)
}

function contentOf({ body, encoding }: Entity): Buffer {
  return decodeTransfer(body, encoding).bytes
}

/* Signed and encrypted */

/** RFC 1847 §2.1: what is signed, then its signature. */
function noteSigned({ children: [signed, signature] }: Entity, { whole }: Place, unpacking: Unpacking): void {
  if (!signed || !signature) return
  if (whole) noteProtectedSubject(signed, unpacking)
  if (signature.type === 'application/pgp-signature')
    unpacking.signatures.push({ kind: 'pgp', state: 'unchecked', whole, signers: [] })
  if (!/^application\/(x-)?pkcs7-signature$/.test(signature.type)) return
  const cms = readCms(contentOf(signature))
  const data: SignedData = cms?.kind === 'signed' ? cms.signed : { content: undefined, certificates: [], signers: [] }
  check(data, canonicalForms(signed.bytes), whole, unpacking)
}

/** Each costs as much as its bytes, and one may be within the other. */
function check(signed: SignedData, contents: Buffer[], whole: boolean, { signatures, warnings }: Unpacking): void {
  if (signatures.length < signatureLimit) signatures.push(checkSignature(signed, contents, whole))
  else warnings.add('It has more signatures than are checked.')
}

const signatureLimit = 3

function noteEncrypted(how: 'smime' | 'pgp', { found, warnings }: Unpacking): void {
  found.encrypted ??= how
  warnings.add(`It is encrypted with ${how === 'pgp' ? 'PGP' : 'S/MIME'}; what is encrypted cannot be read here.`)
}

/** RFC 3156 §4 names it nothing; whoever has the key looks for a file that says what it is. */
function nameEncrypted(entity: Entity | undefined): void {
  if (entity && !writtenName(entity)) entity.parameters = { ...entity.parameters, name: 'encrypted.asc' }
}

/** What its header says is for reading: RFC 9788 §2.1, and before it `protected-headers=v1`. */
function noteProtectedSubject({ header, parameters }: Entity, { found }: Unpacking): void {
  const isProtected = parameters['protected-headers'] !== undefined || parameters.hp !== undefined
  if (isProtected && headerValue(header, 'subject')) found.protected_subject ??= headerText(header, 'subject')
}

/** RFC 8551 §3.2; many programs say `octet-stream`, and leave it to the name. */
function isCms(entity: Entity): boolean {
  if (/^application\/(x-)?pkcs7-mime$/.test(entity.type)) return true
  return entity.type === 'application/octet-stream' && /\.p7[mz]$/i.test(writtenName(entity) ?? '')
}

function unpackCms(entity: Entity, { budget, whole }: Place, unpacking: Unpacking): void {
  const cms = readCms(contentOf(entity))
  if (cms?.kind === 'encrypted') return noteEncrypted('smime', unpacking)
  // A list of certificates has nothing in it, and is no fault.
  if (cms?.kind === 'signed' && !cms.signed.content) return
  const inside = deeper(budget)
  const content = cms && inside && wrappedIn(cms, budget)
  if (!content || !inside || !admits(budget, content.length)) {
    unpacking.warnings.add('A part of S/MIME is damaged, or has more in it than is unpacked; it is listed as a file.')
    return
  }
  const file = signedFile(entity, content)
  if (file !== undefined) return showSignedFile(entity, file, content, cms, unpacking)
  if (cms.kind === 'signed') check(cms.signed, [content], whole, unpacking)
  const { root, warnings } = readTree(content)
  const leaves = leavesOf(root)
  inside.left.attachments -= Math.min(inside.left.attachments, leaves.length)
  for (const warning of warnings) unpacking.warnings.add(warning)
  if (whole) noteProtectedSubject(root, unpacking)
  for (const leaf of leaves) leaf.source = 'smime'
  divide(entity, 'mixed', [root])
  unpackEntity(root, { budget: inside, whole }, unpacking)
}

function wrappedIn(cms: Cms, { left }: Budget): Buffer | undefined {
  if (cms.kind === 'signed') return cms.signed.content
  if (cms.kind === 'encrypted') return undefined
  try {
    return inflateSync(cms.content, { maxOutputLength: Math.max(1, left.bytes) })
  } catch {
    // It was unpacked as far as it may be: no other one is. Deflate makes 1,032 bytes of one at most.
    left.bytes -= Math.min(left.bytes, cms.content.length * 1032)
    return undefined
  }
}

/** `invoice.xml.p7m` is a file that was signed, not a letter (ETSI EN 319 122): the name it had. */
function signedFile(entity: Entity, content: Buffer): string | undefined {
  const name = /^(.{1,200}\.\w{1,10})\.p7m$/i.exec(writtenName(entity) ?? '')?.[1]
  return name && !/^content-[a-z-]{1,40}:/im.test(content.toString('latin1', 0, 2000)) ? name : undefined
}

/** The file that was sent stays, too: its signature may be needed. */
function showSignedFile(entity: Entity, filename: string, content: Buffer, cms: Cms, unpacking: Unpacking): void {
  divide(entity, 'mixed', [filePart({ filename, type: 'application/octet-stream', content }, 'smime'), { ...entity }])
  if (cms.kind !== 'signed' || unpacking.signedFiles++ >= signedFileLimit) return
  const signature = checkSignature(cms.signed, [content], false)
  const bad = signature.signers.find(({ state }) => state === 'bad')
  if (bad) unpacking.warnings.add(`The signature of “${oneLine(filename, 80)}” is wrong: ${bad.reason}.`)
}

const signedFileLimit = 20

/* Outlook */

function isTnef(entity: Entity): boolean {
  if (/^application\/(vnd\.)?ms-tnef$/.test(entity.type)) return true
  return entity.type === 'application/octet-stream' && /^winmail\d{0,5}\.dat$/i.test(writtenName(entity) ?? '')
}

function unpackTnef(entity: Entity, { budget }: Place, unpacking: Unpacking): void {
  const inside = deeper(budget)
  const tnef = inside && readTnef(contentOf(entity), inside)
  if (!tnef) {
    unpacking.warnings.add('winmail.dat could not be unpacked; it is listed as a file.')
    return
  }
  for (const warning of tnef.warnings) unpacking.warnings.add(warning)
  const files = tnef.attachments.map((file) => filePart(file, 'tnef'))
  if (tnef.rtf && !tnef.rtf.whole) {
    files.push(filePart({ filename: 'text.rtf', type: 'application/rtf', content: tnef.rtf.content }, 'tnef'))
  }
  // What could not be read whole stays as it was sent.
  divide(entity, 'mixed', tnef.warnings.length > 0 ? [...files, { ...entity }] : files)
  offerWords(entity, tnef, unpacking)
}

function offerWords(entity: Entity, tnef: Tnef, { found, spare }: Unpacking): void {
  const meeting = meetingOf(tnef)
  found.calendar ??= meeting
  const { text, html } = tnef
  const words = [text?.trim() ? textPart('plain', text) : undefined, html ? textPart('html', html) : undefined]
  const told = words.filter((part) => part !== undefined)
  if (told.length === 0 && meeting) told.push(textPart('plain', calendarText(meeting)))
  if (told.length === 0) return
  const body = textPart('plain', '')
  if (told.length > 1) divide(body, 'alternative', told)
  // The words of a letter come before an invitation's.
  spare.unshift(() => entity.children.unshift(told.length > 1 ? body : told[0]!))
}

/* Invitations, and files in the text */

/** One is told of; some letters have the same one twice, and some a broken one before it. */
const calendarLimit = 5

function noteCalendar(entity: Entity, unpacking: Unpacking): void {
  const { found, spare } = unpacking
  if (unpacking.calendars++ >= calendarLimit) return
  const calendar = readCalendar(contentOf(entity), entity.parameters.charset)
  if (!calendar) return
  found.calendar ??= calendar
  spare.push(() => divide(entity, 'mixed', [textPart('plain', calendarText(calendar)), { ...entity }]))
}

function unpackWords(entity: Entity, { budget, whole }: Place, unpacking: Unpacking): void {
  if (!mayWrap(entity)) return
  const text = contentOf(entity)
  const armour = armourIn(text)
  if (armour === 'encrypted') noteEncrypted('pgp', unpacking)
  if (armour === 'signed') unpacking.signatures.push({ kind: 'pgp', state: 'unchecked', whole, signers: [] })
  const inText = unpackText(text, budget)
  if (!inText) return
  for (const warning of inText.warnings) unpacking.warnings.add(warning)
  const files = inText.files.map(({ name, content, source }) =>
    filePart(
      { filename: decodeText(name, entity.parameters.charset).text, type: 'application/octet-stream', content },
      source,
    ),
  )
  divide(entity, 'mixed', [{ ...entity, encoding: '', body: inText.text }, ...files])
}

/** Most texts have no such word, and need not be decoded to know it. */
function mayWrap({ body, encoding }: Entity): boolean {
  return encoding === 'base64' || body.includes('begin') || body.includes('BEGIN PGP')
}

/** Whether there is anything to read in it, as a part and not as a file. */
function hasWords(root: Entity): boolean {
  return leavesOf(root).some((part) => {
    if (part.disposition?.value === 'attachment' || !/^text\/(plain|html)$/.test(part.type)) return false
    return /\S/.test(decodeTransfer(part.body.subarray(0, 64 * 1024), part.encoding).bytes.toString('latin1'))
  })
}

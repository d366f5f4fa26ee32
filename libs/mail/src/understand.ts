import { absenceIn } from './absence.ts'
import { bounceEvidence } from './bounce/evidence.ts'
import { type Bounce, type Known, readBounce } from './bounce/read.ts'
import { type Parts, takeApart } from './bounce/take-apart.ts'
import { challengeEvidence } from './challenge.ts'
import {
  type Classification,
  classify,
  type Finding,
  type FineKind,
  type LetterEnvelope,
  programSign,
  sentToDelivery,
} from './classify.ts'
import { isAbsenceSubject } from './classify-words.ts'
import { type Complaint, complaintEvidence, readComplaint } from './complaint.ts'
import { isNullSender, subjectOf } from './face.ts'
import type { Header } from './headers.ts'
import { Texts } from './html/show.ts'
import { receiptEvidence } from './receipt.ts'

export type Understanding = { kind: FineKind; evidence: string[]; bounce?: Bounce; complaint?: Complaint }

/** Our keys, and the domain that our letters come from. */
export type Ours = { keys: readonly string[]; mailDomain: string }

/**
 * What a letter is by all of its bytes. The header decides, as at the door (classify.ts); the body may add that it is a
 * bounce or an automatic reply after all, or a finer kind. `htmlTexts` are those of who read the letter before.
 */
export function understand(
  raw: Buffer,
  header: Header,
  envelope: LetterEnvelope,
  ours: Ours,
  htmlTexts = new Texts(),
): Understanding {
  const { byHeader, byBody, letter, known } = look(raw, header, envelope, ours, htmlTexts)
  const { kind, evidence } = byBody ?? byHeader
  const seen = { kind, evidence: [...new Set([...(kind === byHeader.kind ? [byHeader.evidence] : []), evidence])] }
  if (kind === 'feedback_report') return { ...seen, complaint: readComplaint(letter, known) }
  if (kind !== 'bounce') return seen
  const bounce = readBounce(letter, known)
  // Sent to the address of a delivery, and no word of a mail server in it: whose fate it tells cannot be said.
  return { ...seen, bounce: byBody || !isByAddress(byHeader) ? bounce : { ...bounce, recipients: [] } }
}

/**
 * What a letter is, at the door: by its header, and by its body where that leaves no doubt. A letter taken for an
 * automatic reply silences its author; one ticket too many does less harm.
 */
export function classifyWhole(raw: Buffer, header: Header, envelope: LetterEnvelope, ours: Ours): Classification {
  const { byHeader, byBody } = look(raw, header, envelope, ours)
  if (!byBody?.certain || byBody.kind === byHeader.kind) return byHeader
  const { kind, evidence } = byBody
  return { kind: kind === 'feedback_report' || kind === 'challenge' ? 'auto_reply' : kind, evidence }
}

function look(raw: Buffer, header: Header, envelope: LetterEnvelope, ours: Ours, htmlTexts?: Texts) {
  const byHeader = classify(header, envelope, ours.keys)
  const letter = takeApart(raw, header, htmlTexts)
  const known = { ...ours, bounceToken: envelope.bounceToken }
  return { byHeader, byBody: findIn(letter, envelope, byHeader, known), letter, known }
}

function findIn(letter: Parts, envelope: LetterEnvelope, byHeader: Classification, known: Known): Finding | undefined {
  if (byHeader.kind === 'loop') return undefined
  const bounce = () => bounceEvidence(letter, envelope, known)
  if (byHeader.kind === 'bounce' && !isByAddress(byHeader)) return bounce()
  const complaint = complaintEvidence(letter)
  if (complaint) return { kind: 'feedback_report', evidence: complaint, certain: true }
  const absence = () => findAbsence(letter, envelope, byHeader)
  // Who is away says, too, that a letter will not be delivered; what a server says that of, it returns.
  const found = byHeader.kind === 'auto_reply' ? (absence() ?? bounce()) : (bounce() ?? absence())
  return found ?? findAnswer(letter, envelope)
}

function isByAddress({ evidence }: Classification): boolean {
  return evidence === sentToDelivery
}

/** Certain with a second sign: a program's header, such a subject, or that it answers a letter of ours. */
function findAbsence(
  { header, words }: Parts,
  envelope: LetterEnvelope,
  byHeader: Classification,
): Finding | undefined {
  if (byHeader.kind === 'list') return undefined
  const said = absenceIn(words)
  if (!said) return undefined
  const second =
    programSign(header, envelope) ??
    (isAbsenceSubject(subjectOf(header)) ? 'such a subject' : undefined) ??
    (envelope.answersUs ? 'in answer to a letter of ours' : undefined)
  const evidence = [`says first “${said}”`, second].filter((sign) => sign !== undefined).join(', ')
  return { kind: 'auto_reply', evidence, certain: second !== undefined }
}

function findAnswer({ header, words }: Parts, { mailFrom }: LetterEnvelope): Finding | undefined {
  const challenge = challengeEvidence(header, isNullSender(mailFrom))
  if (challenge) return { kind: 'challenge', evidence: challenge, certain: true }
  const receipt = receiptEvidence(header, words)
  return receipt ? { kind: 'auto_reply', evidence: receipt, certain: true } : undefined
}

export { bounceAddress, bounceTag, normalizeAddress, plusAddress, splitPlus } from './addresses.ts'
export { type AgentAnswer, readAgentAnswer } from './agent-answer.ts'
export { type Arrival, ArrivalReader, headerLimit } from './arrival.ts'
export {
  type AuthenticationResult,
  type AuthenticationResults,
  parseAuthenticationResults,
} from './authentication-results.ts'
export { type Blackout, blackened, blackout, type Hidden, hiddenAddress, hiddenName, hiddenWords } from './blackout.ts'
export { isDeadMailbox } from './bounce/dead.ts'
export type { OwnDelivery } from './bounce/delivery.ts'
export type { Bounce } from './bounce/read.ts'
export { type Action, type Recipient, recipient } from './bounce/recipient.ts'
export { type Classification, classify, type FineKind, type LetterEnvelope } from './classify.ts'
export type { Complaint } from './complaint.ts'
export { againAs } from './compose/again.ts'
export { openSigner, type Signer } from './compose/dkim.ts'
export { composeLetter, type OutgoingFile, type OutgoingLetter } from './compose/letter.ts'
export { isMessageId } from './compose/references.ts'
export { numberedSubject, subjectToAnswer, unnumberedSubject } from './compose/subject.ts'
export type { Conversation } from './compose/thread-index.ts'
export { explainAttempt } from './explain-attempt.ts'
export { type Circumstances, type Folded, type FoldedLetter, fold, markFolds } from './fold/index.ts'
export {
  type Header,
  headerMailboxes,
  headerMessageIds,
  headerText,
  headerValue,
  headerValues,
  type Mailbox,
  parseHeader,
  readHeader,
} from './headers.ts'
export { type DataImage, takeDataImages } from './html/data-images.ts'
export { hasRemoteImages, mapInlineImages, restoreRemoteImages } from './html/images.ts'
export { sanitiseHtml } from './html/sanitise.ts'
export { htmlToText } from './html/text.ts'
export { type Inspection, inspectLetter, type Origin, returnPath } from './inspect.ts'
export { keptHeader } from './kept-header.ts'
export { isLoopToken, loopToken } from './loop.ts'
export { safeFilename } from './mime/parameters.ts'
export { notesOn } from './notes.ts'
export { type Attachment, type ParsedLetter, parseLetter } from './parse.ts'
export { type Answer, answerJobs } from './reader/answer.ts'
export { type Done, openPool, type Pool, type PoolOptions } from './reader/pool.ts'
export { openReader, type Reader, type ReaderOptions } from './reader/reader.ts'
export { withoutSecretLinks } from './secret-links.ts'
export { cleanText, oneLine } from './text.ts'
export { answeredIds, threadSerials } from './thread.ts'
export { makeToken, numberAsUuid, readToken, type TokenKind, uuidAsNumber } from './tokens.ts'
export { classifyWhole, type Ours, type Understanding, understand } from './understand.ts'
export type { Calendar } from './unpack/calendar.ts'
export type { Signature } from './unpack/signature.ts'

export { recordByItself } from './act.ts'
export { type Act, type Desk, type Problem, type Refusal, refusal, system } from './desk.ts'
export { deriveAgain } from './files/derive-again.ts'
export { filesOfTheStore, isNeeded, takeFilesLock, tidyContents } from './files/files.ts'
export { keepUpload, type Upload } from './files/uploads.ts'
export { mostCopies } from './filing/copies.ts'
export { letterFiler } from './filing/file-letter.ts'
export { beginning, eventsAfter, type FollowedEvent, presentMoment } from './follow.ts'
export { importLegacyTickets, type ListedTicket } from './legacy/import.ts'
export { changeLegacySystem, createLegacySystem, deleteLegacySystem, type LegacySystem } from './legacy/systems.ts'
export { linkTickets, seenFromThere, unlinkTickets } from './links/links.ts'
export { mergeTickets, undoMerge } from './links/merge.ts'
export { splitMessage } from './links/split.ts'
export { maySee, type ReplyAudience, visibleMessages } from './people/audience.ts'
export {
  circumstancesOfDelivery,
  inForce,
  keepsBack,
  keptBack,
  whyKeptBack,
  whyNotForThem,
} from './people/kept-back.ts'
export { addCc, type Person, removeCc, removeParticipantEverywhere } from './people/participants.ts'
export { preferredMail, promptKinds } from './people/preference.ts'
export { previewReply } from './people/preview.ts'
export { renewLink } from './people/renew-link.ts'
export {
  answerOnPage,
  copyOnPage,
  findSeat,
  leaveTicket,
  refuseLockOnPage,
  removeOnPage,
  type Seat,
} from './people/seat.ts'
export { changeAudience } from './people/visibility.ts'
export { withdrawDeliveries } from './redact/deliveries.ts'
export { emptyLetter } from './redact/letters.ts'
export { type Columns, type Form, maskRows } from './redact/mask-rows.ts'
export { blackOutTicket, isRemoved, type Removal, redactMessage } from './redact/redact.ts'
export { withdrawTexts } from './redact/texts.ts'
export { resendDelivery } from './resend.ts'
export { type Clamd, clamdVersion } from './scan/clamd.ts'
export { scanContents } from './scan/scan-contents.ts'
export { changeTicket, noteOnTicket, openTicketByStaff, replyToTicket } from './staff.ts'
export { lockToAgent, unlockTicket } from './states/agent-lock.ts'
export { passTime } from './states/pass-time.ts'
export { deleteTicket, markAsSpam, restoreTicket } from './states/put-away.ts'
export { allowedMoves } from './states/states.ts'
export { type ThreadAuthor, threadedTicket } from './threading.ts'

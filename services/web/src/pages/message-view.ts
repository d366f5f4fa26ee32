/** A message as the ticket page shows it: what its author wrote, what is folded, its files. */
import { Audience, type api } from '@podatelna/contracts'
import type { Settings } from '@podatelna/runtime'
import { isRemoved } from '@podatelna/ticketing'
import { whyLocked } from '../reads/scan.ts'
import { foldTitles, letterSandbox } from './letter-html.ts'

/** Most characters that are shown of a comment; the rest is one click away (rules §7). */
const shownCharacters = 64_000

export function messageView(message: api.Message, settings: Settings, isAdmin: boolean) {
  const { kind, audience, visible_text, folded, attachments } = message
  return {
    ...message,
    shown: cut(visible_text),
    folded: folded.map(({ reason, text }) => ({ title: foldTitles[reason], ...cut(text) })),
    files: attachments.map((file) => fileView(file, settings, isAdmin)),
    sandbox: letterSandbox,
    // A note is for staff, and stays so.
    audiences: kind !== 'note' && Audience.options.map((word) => ({ word, chosen: word === audience })),
    redactable: !isRemoved(message.redactions),
  }
}

function cut(text: string): { text: string; more: number } {
  if (text.length <= shownCharacters) return { text, more: 0 }
  const shown = text.slice(0, shownCharacters).toWellFormed()
  return { text: shown, more: text.length - shown.length }
}

function fileView(file: api.Attachment, settings: Settings, isAdmin: boolean) {
  const { id, filename, type, bytes, inline, scan, scan_reason } = file
  const locked = id === undefined ? undefined : whyLocked({ scan, scanReason: scan_reason }, settings)
  return {
    filename,
    facts: [type, size(bytes), ...(inline ? ['shown in the text'] : [])].join(', '),
    href: id !== undefined && !locked ? `/api/attachments/${id}` : undefined,
    why: id === undefined ? 'It is in the letter.' : locked?.detail,
    allTheSame: isAdmin && locked ? `/api/attachments/${id}?infected=download` : undefined,
    scan: settings.CLAMD === undefined && scan === 'unscanned' ? undefined : scan,
  }
}

export function size(bytes: number): string {
  if (bytes < 1024) return bytes === 1 ? '1 byte' : `${bytes} bytes`
  const kib = bytes / 1024
  return kib < 1024 ? `${rounded(kib)} KiB` : `${rounded(kib / 1024)} MiB`
}

function rounded(number: number): string {
  return number < 10 ? number.toFixed(1) : String(Math.round(number))
}

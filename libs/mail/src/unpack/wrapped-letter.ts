/** A letter within winmail.dat, written as other programs open it (RFC 5322, RFC 2045). */
import { createHash } from 'node:crypto'
import type { UnpackedFile } from './budget.ts'
import { type Properties, propertyDate, propertyText } from './mapi.ts'
import type { Tnef } from './tnef.ts'

export function wrappedLetter(letter: Tnef): Buffer {
  const bodies = [letter.text, letter.html]
    .map((text, at) => ({ text, type: at === 0 ? 'text/plain' : 'text/html' }))
    .filter(({ text }) => text !== undefined)
    .map(({ text, type }) => encodedPart(`Content-Type: ${type}; charset=utf-8`, Buffer.from(text!)))
  const body = bodies.length > 1 ? multipart('alternative', bodies) : (bodies[0] ?? 'Content-Type: text/plain\r\n\r\n')
  const files = letter.attachments.map(filePart)
  const entity = files.length > 0 ? multipart('mixed', [body, ...files]) : body
  const header = [...headerOf(letter), 'MIME-Version: 1.0', '']
  return Buffer.from(header.join('\r\n') + entity, 'latin1')
}

function headerOf({ subject, properties }: Tnef): string[] {
  const text = (...ids: number[]) => firstText(properties, ids)
  const address = text(0x5d01, 0x0c1f, 0x0065)
  const name = text(0x0c1a, 0x0042)
  const at = address?.match(/^[!-~]{1,254}$/) && address.includes('@') ? ` <${address}>` : ''
  const date = propertyDate(properties.get(0x0039))
  return [
    (name || at) && `From: ${word(name ?? '')}${at || ' <>'}`,
    ...recipients('To', text(0x0e04)),
    ...recipients('Cc', text(0x0e03)),
    subject && `Subject: ${word(subject)}`,
    date && `Date: ${date.toUTCString().replace('GMT', '+0000')}`,
  ].filter((line) => typeof line === 'string' && line !== '') as string[]
}

/** Only names are known: a group without members (RFC 5322 §3.4). */
function recipients(field: string, names: string | undefined): string[] {
  return names ? [`${field}: ${word(names)}:;`] : []
}

function firstText(properties: Properties['values'], ids: number[]): string | undefined {
  for (const id of ids) {
    const text = propertyText(properties.get(id), 1252)?.trim()
    if (text) return text
  }
}

/** RFC 2047 §2: at most 75 characters a word, none of its characters cut. */
function word(text: string): string {
  const words: string[] = []
  let part = ''
  for (const character of text.slice(0, 1000).toWellFormed()) {
    if (Buffer.byteLength(part + character) > 45) {
      words.push(part)
      part = ''
    }
    part += character
  }
  return [...words, part].map((piece) => `=?utf-8?B?${Buffer.from(piece).toString('base64')}?=`).join('\r\n ')
}

function filePart({ filename, type, content, content_id }: UnpackedFile): string {
  const name = encodeURIComponent(filename.slice(0, 255).toWellFormed()).replace(
    /['()*!]/g,
    (character) => `%${character.charCodeAt(0).toString(16)}`,
  )
  const known = /^[\w.+-]{1,100}\/[\w.+-]{1,100}$/.test(type) ? type : 'application/octet-stream'
  const lines = [`Content-Type: ${known}`, `Content-Disposition: attachment; filename*=utf-8''${name}`]
  if (content_id && /^[!-;=?-~]{1,255}$/.test(content_id)) lines.push(`Content-ID: <${content_id}>`)
  return known === 'message/rfc822'
    ? `${lines.join('\r\n')}\r\n\r\n${content.toString('latin1')}`
    : encodedPart(lines.join('\r\n'), content)
}

function encodedPart(header: string, content: Buffer): string {
  const lines = content.toString('base64').match(/.{1,76}/g) ?? []
  return `${header}\r\nContent-Transfer-Encoding: base64\r\n\r\n${lines.join('\r\n')}\r\n`
}

function multipart(kind: string, parts: string[]): string {
  // A line of this cannot be in base64, and in a letter within only by knowing it beforehand.
  const boundary = `=_${createHash('sha256').update(parts.join()).digest('hex').slice(0, 40)}`
  const body = parts.map((part) => `--${boundary}\r\n${part}\r\n`).join('')
  return `Content-Type: multipart/${kind}; boundary="${boundary}"\r\n\r\n${body}--${boundary}--\r\n`
}

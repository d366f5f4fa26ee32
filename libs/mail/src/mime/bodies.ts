/** Which parts of a letter are its text, which its HTML, and which are files: RFC 8621 §4.1.4. */
import type { Entity } from './tree.ts'

export type Bodies = {
  /** What a person reads, one after the other: without HTML, and with it. One part may be in both. */
  text: Entity[]
  html: Entity[]
  /** Every other part; and images that stand in one of the two only. */
  attachments: Entity[]
}

export function bodiesOf(root: Entity): Bodies {
  const bodies: Bodies = { text: [], html: [], attachments: [] }
  collect([root], { multipart: 'mixed', inAlternative: false }, bodies)
  return bodies
}

type Place = { multipart: string; inAlternative: boolean }

/** Within an alternative of text and HTML the parts of one belong to it alone: the other list is absent. */
type Lists = { text: Entity[] | undefined; html: Entity[] | undefined; attachments: Entity[] }

function collect(parts: Entity[], place: Place, outer: Lists): void {
  const lists = { ...outer }
  const before = { text: outer.text?.length, html: outer.html?.length }
  for (const [index, part] of parts.entries()) {
    if (part.children.length > 0) collect(part.children, placeIn(part, place), lists)
    else if (!isShown(part, index, place)) lists.attachments.push(part)
    else if (place.multipart === 'alternative') takeAlternative(part, lists)
    else takeShown(part, place, lists)
  }
  if (place.multipart !== 'alternative' || !lists.text || !lists.html) return
  // Only one of the two was offered: it is the other one, too.
  const text = lists.text.slice(before.text)
  const html = lists.html.slice(before.html)
  if (text.length === 0) lists.text.push(...html)
  if (html.length === 0) lists.html.push(...text)
}

function placeIn(part: Entity, { inAlternative }: Place): Place {
  const multipart = part.type.slice('multipart/'.length)
  return { multipart, inAlternative: inAlternative || multipart === 'alternative' }
}

function isShown(part: Entity, index: number, { multipart }: Place): boolean {
  if (part.disposition?.value === 'attachment') return false
  if (!isText(part) && !isMedia(part)) return false
  return index === 0 || (multipart !== 'related' && (isMedia(part) || !writtenName(part)))
}

function takeAlternative(part: Entity, { text, html, attachments }: Lists): void {
  const list = part.type === 'text/plain' ? text : part.type === 'text/html' ? html : undefined
  ;(list ?? attachments).push(part)
}

function takeShown(part: Entity, { inAlternative }: Place, lists: Lists): void {
  if (inAlternative && part.type === 'text/plain') lists.html = undefined
  if (inAlternative && part.type === 'text/html') lists.text = undefined
  lists.text?.push(part)
  lists.html?.push(part)
  if ((!lists.text || !lists.html) && isMedia(part)) lists.attachments.push(part)
}

function isText({ type }: Entity): boolean {
  return type === 'text/plain' || type === 'text/html'
}

function isMedia({ type }: Entity): boolean {
  return /^(image|audio|video)\//.test(type)
}

/** The name of a file as its part has it; undefined when it has none. */
export function writtenName({ disposition, parameters }: Entity): string | undefined {
  return disposition?.parameters.filename || parameters.name || undefined
}

/** Pictures of a letter: its own parts, small ones within the HTML, and remote ones that wait until they are asked for. */
import { cleanCharacters } from './characters.ts'
import { decodeEscapes, escapeAttribute } from './escape.ts'
import { safeHref } from './links.ts'

/** `src` is shown at once, `data-remote-src` when the reader asks: a remote image tells its sender who read it when. */
export type ImageSource = ['src' | 'data-remote-src', string]

export function imageSource(src: string | undefined): ImageSource | undefined {
  if (!src) return undefined
  const address = src.trim()
  if (/^cid:/i.test(address)) return ['src', `cid:${cleanCharacters(address.slice(4, 1004))}`]
  if (/^data:/i.test(address)) return dataImage(address)
  const remote = safeHref(address)
  return remote && /^https?:/.test(remote) ? ['data-remote-src', remote] : undefined
}

/** Kinds that hold pixels and nothing else; SVG is a document with scripts. */
function dataImage(address: string): ImageSource | undefined {
  if (address.length > dataLimit) return undefined
  const comma = address.indexOf(',')
  const type = /^data:image\/(png|gif|jpe?g|webp)\s{0,5};\s{0,5}base64$/i.exec(address.slice(0, comma))?.[1]
  const base64 = address.slice(comma + 1).replace(/\s+/g, '')
  if (!type || !/^[\w+/-]*={0,2}$/.test(base64)) return undefined
  return ['src', `data:image/${type.toLowerCase().replace('jpg', 'jpeg')};base64,${base64}`]
}

/** 100 KiB of picture, in base64. */
const dataLimit = Math.ceil((100 * 1024 * 4) / 3) + 100

/** A picture of one point is there to be fetched, not to be seen. */
export function isTracker(source: ImageSource, width: string | undefined, height: string | undefined): boolean {
  return source[0] === 'data-remote-src' && isPoint(width) && isPoint(height)
}

function isPoint(size: string | undefined): boolean {
  return size !== undefined && /^\s{0,5}0*[01](?:\.\d{0,5})?\s{0,5}(?:px)?\s{0,5}$/i.test(size)
}

/** The HTML with its remote images, for a reader who asked for them. Takes what `sanitiseHtml` gave. */
export function restoreRemoteImages(html: string): string {
  return html.replaceAll('<img data-remote-src="', '<img src="')
}

/** Whether there is anything to ask for. */
export function hasRemoteImages(html: string): boolean {
  return html.includes('<img data-remote-src="')
}

/**
 * The HTML with pictures that are parts of the letter at the addresses where they are served, or without them where
 * there is none. Takes what `sanitiseHtml` gave.
 */
export function mapInlineImages(html: string, urlOf: (contentId: string) => string | undefined): string {
  // Neither `<` nor `"` stands in text or values (escape.ts), so this is found in tags alone.
  return html.replace(/<img src="cid:([^"]*)"/g, (_, id: string) => {
    const url = urlOf(contentId(decodeEscapes(id)))
    return url === undefined ? '<img' : `<img src="${escapeAttribute(url)}"`
  })
}

/** RFC 2392 §2: as in a URL. */
function contentId(reference: string): string {
  try {
    return decodeURIComponent(reference)
  } catch {
    return reference
  }
}

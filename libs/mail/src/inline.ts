/** Files that the HTML refers to (RFC 2392, RFC 2557): rules §7, inline iff referred to. */
import { headerValue } from './headers.ts'
import { type Entity, leavesOf } from './mime/tree.ts'
import { cleanText } from './text.ts'

/** What HTML may call a part: its Content-ID, else its Content-Location. */
export function contentIdOf({ header }: Entity): string | undefined {
  const id = headerValue(header, 'content-id')
    ?.slice(0, 1000)
    .replace(/^[\s<]+|[\s>]+$/g, '')
  return cleanText(id || locationOf(header) || '').slice(0, 1000) || undefined
}

/** Content-Location → how the same part is called by `cid:`. */
export function locationsIn(root: Entity): Map<string, string> {
  const located = leavesOf(root).flatMap((part) => {
    const location = locationOf(part.header)
    return location ? [[location, contentIdOf(part)!] as const] : []
  })
  return new Map(located)
}

/** The HTML with `cid:` in place of Content-Locations, as that is the one address that leads into the letter. */
export function linkLocations(html: string, locations: Map<string, string>): string {
  if (locations.size === 0) return html
  return html.replace(
    /(\bsrc\s{0,5}=\s{0,5}["']?)([^"'\s<>]{1,1000})/gi,
    (written, before: string, address: string) => {
      const id = locations.get(address)
      return id === undefined ? written : `${before}cid:${encodeURIComponent(id)}`
    },
  )
}

/** By the HTML as it will be shown. */
export function markInline(attachments: { content_id: string | undefined; inline: boolean }[], html = ''): void {
  const links = html.matchAll(/=["']cid:([^"']{1,1000})["']/gi)
  const referred = new Set([...links].flatMap(([, id]) => [id!, unescaped(id!)]))
  for (const attachment of attachments) {
    attachment.inline = attachment.content_id !== undefined && referred.has(attachment.content_id)
  }
}

function locationOf(header: Entity['header']): string | undefined {
  return headerValue(header, 'content-location')?.replace(/\s+/g, '') || undefined
}

function unescaped(id: string): string {
  try {
    return decodeURIComponent(id.replaceAll('&amp;', '&'))
  } catch {
    return id
  }
}

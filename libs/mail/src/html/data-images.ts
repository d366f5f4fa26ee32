/** Pictures that somebody pasted into their HTML: most mail programs show none that stands there as a `data:` URL. */
import { createHash, randomUUID } from 'node:crypto'

/** A picture as a file that the HTML names by `cid:`. */
export type DataImage = { contentId: string; type: string; sha256: string; content: Buffer }

/**
 * The HTML with `cid:` in the place of its `data:` pictures, and the pictures. For HTML that is not sanitised yet; what is
 * no picture of pixels stays where it is, and is left to the sanitiser. Linear.
 */
export function takeDataImages(html: string): { html: string; images: DataImage[] } {
  const images: DataImage[] = []
  const taken = html.replace(pasted, (_, before: string, quote: string, type: string, base64: string) => {
    const content = Buffer.from(base64, 'base64')
    const contentId = `${randomUUID()}@inline`
    const sha256 = createHash('sha256').update(content).digest('hex')
    images.push({ contentId, type: `image/${type.toLowerCase().replace('jpg', 'jpeg')}`, sha256, content })
    return `${before}${quote}cid:${contentId}${quote}`
  })
  return { html: taken, images }
}

const pasted = /(\ssrc=)(["'])data:image\/(png|gif|jpe?g|webp);base64,([A-Za-z0-9+/=\s]{8,})\2/gi

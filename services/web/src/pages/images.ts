/** Images in HTML that libs/mail made safe: there a tag holds neither `<` nor `>`, and quotes are always double. */

/** The HTML with images of the letter itself (RFC 2392) at the addresses where we have them; others lose their source. */
export function mapInlineImages(html: string, addresses: Map<string, string>): string {
  return inImages(html, (tag) =>
    tag.replace(/ src="cid:([^"]*)"/, (_, id: string) => {
      const address = addresses.get(unescaped(id)) ?? addresses.get(percentDecoded(unescaped(id)))
      return address ? ` src="${address}"` : ''
    }),
  )
}

/** The HTML with the images of others that were held back, by https only. */
export function restoreRemoteImages(html: string): string {
  return inImages(html, (tag) =>
    tag.replace(/ data-remote-src="(https?:)?(\/\/[^"]*)"/i, (_, _scheme, rest: string) => ` src="https:${rest}"`),
  )
}

function inImages(html: string, change: (tag: string) => string): string {
  return html.replace(/<img\b[^<>]*>/g, change)
}

function unescaped(value: string): string {
  return value.replace(/&(amp|quot|lt|gt);/g, (_, name: keyof typeof entities) => entities[name])
}

const entities = { amp: '&', quot: '"', lt: '<', gt: '>' }

function percentDecoded(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}

/** The words of HTML in lines, for letters that have no text of their own. Spaces of its source count as one. */
export function htmlToText(html: string): string {
  return html
    .replace(/\s+/g, ' ')
    .replace(/<(?:br|hr|li|\/?(?:p|div|tr|h[1-6]|blockquote|ul|ol|table))\b[^<>]*>/gi, '\n')
    .replace(/<\/t[dh]>/gi, ' ')
    .replace(/<\/?[a-z!][^<>]*>/gi, '')
    .replace(/&(lt|gt|amp|quot|nbsp|#39);/g, (_, name: keyof typeof entities) => entities[name])
    .split('\n')
    .map((line) => line.trim())
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
}

const entities = { lt: '<', gt: '>', amp: '&', quot: '"', nbsp: ' ', '#39': "'" }

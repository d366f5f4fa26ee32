import sanitizeHtml from 'sanitize-html'
import { cleanText } from '../text.ts'

/** HTML of a stranger, made safe once, when it is stored: no script, no style that leaves its box, no remote image. */
export function sanitiseHtml(html: string): string {
  return cleanText(sanitizeHtml(html, options))
}

const options: sanitizeHtml.IOptions = {
  allowedTags: [
    ...['p', 'div', 'span', 'br', 'hr', 'blockquote', 'pre', 'code', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6'],
    ...['b', 'strong', 'i', 'em', 'u', 's', 'del', 'ins', 'sub', 'sup', 'small', 'a', 'img', 'ul', 'ol', 'li', 'dl'],
    ...['dt', 'dd', 'table', 'thead', 'tbody', 'tfoot', 'tr', 'th', 'td', 'caption', 'details', 'summary'],
  ],
  allowedAttributes: {
    a: ['href', 'title', 'rel'],
    // A remote image tells its sender who read the letter when; its address is kept, and loaded only when asked for.
    img: ['alt', 'title', 'width', 'height', 'src', 'data-remote-src'],
    td: ['colspan', 'rowspan'],
    th: ['colspan', 'rowspan'],
    ol: ['start'],
    // Only ours are left of these: markFolds (fold/html.ts) comes before.
    details: [{ name: 'data-folded', values: ['history', 'signature', 'disclaimer'] }],
  },
  allowedSchemes: ['http', 'https', 'mailto', 'tel'],
  allowedSchemesByTag: { img: ['cid'] },
  allowProtocolRelative: false,
  nestingLimit: 100,
  transformTags: {
    a: (tagName, attribs) => ({ tagName, attribs: { ...attribs, rel: 'noopener noreferrer nofollow' } }),
    img: (tagName, { src, ...attribs }) => ({
      tagName,
      attribs: src?.startsWith('cid:')
        ? { ...attribs, src }
        : { ...attribs, ...(src ? { 'data-remote-src': src } : {}) },
    }),
  },
}

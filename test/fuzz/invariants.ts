/** What holds of any letter, whatever its bytes. */
import { type Inspection, sanitiseHtml } from '@podatelna/mail'

/** Sentences about what does not hold. */
export function broken(seen: Inspection): string[] {
  const { text, html, visible_text, folded, attachments } = seen
  const texts = [seen.subject, text, visible_text, html ?? '', ...folded.map((fold) => fold.text), ...seen.warnings]
  return [
    ...(texts.every((one) => one.isWellFormed() && !one.includes('\0'))
      ? []
      : ['A text has half a character, or NUL.']),
    ...(sameCharacters(text, [visible_text, ...folded.map((fold) => fold.text)].join(''))
      ? []
      : ['Folding lost or made words.']),
    ...attachments.flatMap(({ filename, bytes, sha256 }) =>
      filename !== '' && bytes >= 0 && /^[0-9a-f]{64}$/.test(sha256)
        ? []
        : [`A file has no name, size or digest: ${filename}`],
    ),
    ...(html === null ? [] : dangers(html)),
  ]
}

/** All but white space, in whatever order. */
function sameCharacters(one: string, other: string): boolean {
  const sorted = (text: string) => Uint16Array.from(text.replace(/\s/g, ''), (unit) => unit.charCodeAt(0)).sort()
  return Buffer.compare(Buffer.from(sorted(one).buffer), Buffer.from(sorted(other).buffer)) === 0
}

/** A second look, by other means than the sanitiser's own. */
function dangers(html: string): string[] {
  const tags = html.match(/<[^<>]*>?/g) ?? []
  const named = tags.find((tag) => !/^<\/?[a-z][a-z0-9]*(?: [a-z-]+(?:="[^"<>]*")?)*\s?\/?>$/.test(tag))
  const element = tags.find((tag) =>
    /^<\/?(script|style|iframe|frame|object|embed|applet|svg|math|form|input|button|base|meta|link|template|noscript|textarea|select|title|xmp|plaintext|video|audio|source)\b/.test(
      tag,
    ),
  )
  const handler = tags.find((tag) => / on[a-z]+(=|[ >])/.test(tag.replace(/"[^"]*"/g, '""')))
  const target = [...tags.join('').matchAll(/ (?:href|src)="([^"]*)"/g)].find(
    ([, address]) => !/^(https?:|mailto:|tel:|cid:|data:image\/(png|gif|jpeg|webp);base64,)/i.test(address!),
  )
  const folds = html.includes('data-folded')
  return [
    ...(named ? [`The HTML has a tag that is not written plainly: ${named.slice(0, 100)}`] : []),
    ...(element ? [`The HTML has ${element.slice(0, 60)}`] : []),
    ...(handler ? [`The HTML has a handler: ${handler.slice(0, 100)}`] : []),
    ...(target ? [`The HTML points to ${target[0].slice(0, 100)}`] : []),
    ...(folds || sanitiseHtml(html) === html ? [] : ['Sanitised HTML is sanitised to something else.']),
  ]
}

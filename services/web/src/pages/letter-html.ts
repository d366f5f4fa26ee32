/** The HTML of a message as a page of its own, beside the console rather than in it. */
import type { api } from '@podatelna/contracts'
import { hasRemoteImages, mapInlineImages, restoreRemoteImages } from '@podatelna/mail'
import Handlebars from 'handlebars'

/**
 * What its page may do: show images of ours and the style in its text; with `remote`, images of others too. No script,
 * form, font or frame. It keeps our origin, since browsers send the session along with an image only then; without
 * scripts nothing can make use of that (docs/decisions/0020-attachments.md). Links open beside the console.
 */
export function letterPolicy(remote: boolean): string {
  return [
    `sandbox ${letterSandbox}`,
    "default-src 'none'",
    `img-src 'self' data:${remote ? ' https:' : ''}`,
    "style-src 'unsafe-inline'",
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'self'",
  ].join('; ')
}

export const letterSandbox = 'allow-same-origin allow-popups allow-popups-to-escape-sandbox'

/** @param message its HTML was sanitised when it was stored */
export function letterPage({ subject, html, attachments }: api.Message, remote: boolean): string {
  const shown = withTitles(mapInlineImages(html ?? '', (contentId) => addressOf(attachments, contentId)))
  return [
    head(subject),
    !remote && hasRemoteImages(shown) ? loadRemote : '',
    // The policy lets none pass without encryption.
    remote ? restoreRemoteImages(shown).replaceAll('<img src="http:', '<img src="https:') : shown,
    '\n</body>\n</html>\n',
  ].join('')
}

/** Of several files with one Content-ID, the first. */
function addressOf(attachments: api.Attachment[], contentId: string): string | undefined {
  const id = attachments.find(({ content_id }) => content_id === contentId)?.id
  return id && `/api/attachments/${id}?inline=1`
}

/** What is folded in HTML is marked where it stands (libs/mail/src/fold/html.ts). */
function withTitles(html: string): string {
  return html.replace(
    /(<details data-folded="(history|signature|disclaimer)"><summary>)(?=<\/summary>)/g,
    (_, begin: string, reason: api.Folded['reason']) => begin + foldTitles[reason],
  )
}

export const foldTitles: Record<api.Folded['reason'], string> = {
  history: 'Earlier messages',
  signature: 'Signature',
  disclaimer: 'Legal notice',
}

/** Letters are written for white paper, whatever colours their reader has chosen. */
function head(title: string): string {
  return `<!doctype html>
<html lang="">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${Handlebars.escapeExpression(title || '(no subject)')}</title>
<base target="_blank">
<style>
:root { color-scheme: light }
body { margin: 0.75rem; background: #fff; color: #1b1f26; font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: break-word }
img { max-width: 100%; height: auto }
table { max-width: 100% }
pre { white-space: pre-wrap }
blockquote { margin: 0 0 0 0.25rem; padding-left: 0.75rem; border-left: 3px solid #d3d8e0 }
.podatelna { margin: 0 0 0.75rem; padding: 0.5rem 0.75rem; border: 1px solid #d3d8e0; border-left: 4px solid #0b5cad }
.podatelna a { color: #0b5cad }
summary { color: #555d6b }
</style>
</head>
<body>
`
}

const loadRemote =
  '<p class="podatelna" lang="en">Remote images are blocked: loading them tells their sender that the letter is read. ' +
  '<a href="?images=1" target="_self">Load remote images</a></p>\n'

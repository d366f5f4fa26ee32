import type { Reader } from '@podatelna/mail'

/** What somebody wrote, as text and perhaps as HTML. HTML alone is read as a letter that has no other part. */
export async function words(reader: Reader, body: { text?: string | undefined; html?: string | undefined }) {
  const { text, html } = body
  if (text?.trim()) return { text, html }
  const letter = Buffer.from(`Content-Type: text/html; charset=utf-8\r\n\r\n${html}`)
  return { text: (await reader.read(letter)).text, html }
}

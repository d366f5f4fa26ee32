/** What is quoted beneath an answer: the last thing said before it, as far as its reader may see it. */
import { oneLine, withoutSecretLinks } from '@podatelna/mail'
import type { Earlier } from '@podatelna/notices'

/** A message as it is quoted from. */
export type Said = { author: { name: string; email?: string }; text: string; at: string }

const mostLines = 100
const mostCharacters = 8_000

export function earlierOf(said: Said | null): Earlier | undefined {
  if (!said) return undefined
  const { author, at } = said
  const name = oneLine(author.name || (author.email ?? ''), 100)
  // It may quote a notice with the link of another, and whoever has a link is taken for its owner.
  return { name, at: new Date(at), text: shortened(withoutSecretLinks(said.text)) }
}

/** Whoever wants the rest finds it on the page. */
function shortened(text: string): string {
  const lines = text.slice(0, mostCharacters).toWellFormed().trim().split('\n')
  const whole = text.length <= mostCharacters && lines.length <= mostLines
  return whole ? lines.join('\n') : `${lines.slice(0, mostLines).join('\n')}\n[…]`
}

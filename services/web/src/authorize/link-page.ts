import type { openLink } from '@podatelna/admission'
import { Language, languages } from '@podatelna/contracts'
import { titleIn } from '@podatelna/notices'
import type { FastifyRequest } from 'fastify'
import { clientTime } from '../pages/client-time.ts'
import { render } from '../pages/render.ts'
import { type Texts, texts } from './texts.ts'

/**
 * The page of one link, in the language of the person it was sent to.
 *
 * @param notice `already`: what they decide now was decided before; `which`: we could not tell which letter they meant
 */
export function linkPage(link: Link, notice?: 'already' | 'which'): string {
  const words = wordsFor(link.language)
  return render('authorize', {
    language: link.language,
    words,
    intro: words.intro(link.address),
    until: words.until(clientTime(link.language, link.timeZone, link.expiresAt)),
    waiting: link.letters.some(({ state }) => state === 'waiting'),
    notice: link.letters.length === 0 ? words.moved : notice && words[notice],
    letters: link.letters.map((letter) => showLetter(letter, link, words)),
  })
}

export function wordsFor(language: string): Texts {
  return texts[Language.catch('en').parse(language)]
}

/** Of somebody we know nothing about but what their browser says (RFC 9110 §12.5.4, without the weights). */
export function languageOf(request: FastifyRequest): string {
  const wanted = (request.headers['accept-language'] ?? '')
    .split(',')
    .map((range) => range.trim().slice(0, 2).toLowerCase())
  return wanted.find((language) => languages.some((known) => known === language)) ?? 'en'
}

function showLetter(letter: Link['letters'][number], { language, timeZone }: Link, words: Texts) {
  return {
    id: letter.id,
    subject: titleIn(language, letter.subject),
    received: clientTime(language, timeZone, letter.receivedAt),
    size: sizeIn(language, letter.bytes),
    server: letter.server,
    waiting: letter.state === 'waiting',
    state: words[letter.state],
  }
}

function sizeIn(language: string, bytes: number): string {
  const unit = bytes < 1_000_000 ? 'kilobyte' : 'megabyte'
  const value = Math.max(bytes / (unit === 'kilobyte' ? 1_000 : 1_000_000), 0.1)
  return new Intl.NumberFormat(language, { style: 'unit', unit, maximumFractionDigits: 1 }).format(value)
}

/** `timeZone` is the one its times are shown in. */
export type Link = NonNullable<Awaited<ReturnType<typeof openLink>>> & { timeZone: string }

/** Without a browser: what is made of hostile HTML, letter by letter. */
import { htmlToText, sanitiseHtml } from '@podatelna/mail'
import { expect, test } from 'vitest'
import { attacks } from './attacks.ts'
import { mutations, samples } from './mutations.ts'

test.each(Object.entries(attacks))('%s: nothing but elements and values of ours is left', (_, family) => {
  for (const html of family) expect(strangeIn(sanitiseHtml(html)), html).toEqual([])
})

test('nor of anything made of them', () => {
  for (const html of mutations(6000, 1)) expect(strangeIn(sanitiseHtml(html)), html).toEqual([])
})

test('what was made safe is safe, and stays as it is', () => {
  for (const html of [...samples, ...mutations(6000, 2)]) {
    const once = sanitiseHtml(html)
    expect(sanitiseHtml(once), html).toBe(once)
  }
})

test('the text of a letter is the text of what is shown of it', () => {
  for (const html of [...samples, ...mutations(3000, 3)]) {
    expect(htmlToText(sanitiseHtml(html)), html).toBe(htmlToText(html))
  }
})

/** Whatever is not written as sanitiseHtml writes it. */
function strangeIn(html: string): string[] {
  const tags = html.match(/<[^>]*>?/g) ?? []
  const outside = html.replace(/<[^<>]*>/g, '').match(/[<>\0]/g) ?? []
  return [...tags.filter((tag) => !tagOfOurs.test(tag) || !hasSafeValues(tag)), ...outside]
}

const names =
  'a|abbr|b|bdi|blockquote|br|caption|cite|code|col|colgroup|dd|del|dfn|div|dl|dt|em|h[1-6]|hr|i|img|ins|kbd|li|mark|ol|p|' +
  'pre|q|s|samp|small|span|strong|sub|sup|table|tbody|td|tfoot|th|thead|tr|u|ul|var|wbr'
const values =
  'alt|border|cellpadding|cellspacing|colspan|data-real-target|data-remote-src|dir|height|href|lang|rel|reversed|role|' +
  'rowspan|span|src|start|style|title|value|width'
const tagOfOurs = new RegExp(`^<(?:/(?:${names})|(?:${names})(?: (?:${values})="[^"<>]*")*)>$`)

function hasSafeValues(tag: string): boolean {
  return [...tag.matchAll(/ ([\w-]+)="([^"]*)"/g)].every(([, name, value]) => {
    if (name === 'href') return /^(?:https?:\/\/|mailto:|tel:)/.test(value!)
    if (name === 'src') return /^(?:cid:|data:image\/(?:png|gif|jpeg|webp);base64,[\w+/=-]*$)/.test(value!)
    if (name === 'data-remote-src') return /^https?:\/\//.test(value!)
    return name !== 'style' || !/url|expression|position|@|\\|(?:^|;)(?:margin|padding)[^;]*-\d/i.test(value!)
  })
}

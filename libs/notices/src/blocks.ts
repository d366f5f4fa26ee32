/** What a template may say, and how that looks as text and as HTML. */
import Handlebars from 'handlebars'
import { placeOf, TemplateFault } from './fault.ts'
import type { Earlier } from './samples.ts'

const { escapeExpression, SafeString } = { ...Handlebars.Utils, SafeString: Handlebars.SafeString }

/**
 * Where the blocks of one rendering go; what stands between them in the source is only there to be read. `history` stands
 * below the signature, where mail programs have it.
 */
export type Output = { language: string; timeZone: string; blocks: string[]; history: string } & Limits

/** `strict`: a value that is missing is a fault, not a gap. */
export type Limits = { strict: boolean; room: Room }

/** How much a rendering may still write, and how many turns its loops may still take. */
export type Room = { characters: number; turns: number }

/** Somebody's words: `html` is safe already (rules §7: sanitised once, when stored). */
export type Body = { text: string; html: string | null }

export const textBlocks: Handlebars.HelperDeclareSpec = {
  p(this: object, { data, fn }: Options) {
    put(data, squeeze(fn(this)))
  },
  quote(this: object, { data, fn }: Options) {
    put(data, indented(lines(fn(this))))
  },
  link(url: unknown, label: string, { data, loc }: Options) {
    put(data, `${label}:\n${address(url, data, loc)}`)
  },
  history(this: object, earlier: Earlier, { data, fn }: Options) {
    data.output.history = within(data.output.room, `${squeeze(fn(earlier))}\n${indented(earlier.text.split('\n'))}`)
  },
  file(url: unknown, filename: string, bytes: number, { data, loc }: Options) {
    put(data, `${filename} (${sizeIn(data.output.language, bytes)}):\n${address(url, data, loc)}`)
  },
  body({ text }: Body, { data }: Options) {
    put(data, text.trimEnd().replace(/^\s*\n/, ''))
  },
  strong: (text: unknown, options: Options) => said(text, options),
}

export const htmlBlocks: Handlebars.HelperDeclareSpec = {
  p(this: object, { data, fn }: Options) {
    put(data, `<p style="margin:0 0 16px">${squeeze(fn(this))}</p>`)
  },
  quote(this: object, { data, fn }: Options) {
    const style = 'margin:0 0 16px;padding:4px 0 4px 14px;border-left:3px solid #9aa3b2'
    put(data, `<blockquote style="${style}">${lines(fn(this)).join('<br>')}</blockquote>`)
  },
  // The address is shown as well: some trust no button, and some programs show none.
  link(url: unknown, label: string, { data, loc }: Options) {
    const href = escapeExpression(address(url, data, loc))
    put(
      data,
      // Outlook gives no room to a link; it does to a cell with a colour.
      '<table role="presentation" cellpadding="0" cellspacing="0" border="0" style="margin:0 0 8px"><tr>' +
        `<td class="button" bgcolor="#1f4fbf" style="border-radius:6px;mso-padding-alt:11px 20px">` +
        `<a href="${href}" class="button" style="${button}">${escapeExpression(label)}</a></td></tr></table>`,
      `<p class="small" style="margin:0 0 16px;font-size:13px;color:#5d6472;word-break:break-all">${href}</p>`,
    )
  },
  // The classes are those by which Gmail and others fold, and by which we do when it comes back.
  history(this: object, earlier: Earlier, { data, fn }: Options) {
    const words = earlier.text
      .split('\n')
      .map((line) => escapeExpression(line))
      .join('<br>\n')
    const style = 'margin:0 0 16px;padding:0 0 0 14px;border-left:3px solid #9aa3b2'
    data.output.history = within(
      data.output.room,
      `<div class="gmail_quote"><div class="gmail_attr" style="margin:0 0 8px">${squeeze(fn(earlier))}</div>\n` +
        `<blockquote type="cite" class="gmail_quote" style="${style}">${words}</blockquote></div>`,
    )
  },
  file(url: unknown, filename: string, bytes: number, { data, loc }: Options) {
    const name = `<a href="${escapeExpression(address(url, data, loc))}" style="color:#1f4fbf">${escapeExpression(filename)}</a>`
    put(data, `<p style="margin:0 0 16px">${name} (${sizeIn(data.output.language, bytes)})</p>`)
  },
  body({ text, html }: Body, { data }: Options) {
    const words = html ?? escapeExpression(text.trim()).replace(/\r\n|\r|\n/g, '<br>\n')
    // Whoever chose a colour chose it for white paper, and black on black is not read.
    const paper = html !== null && /color/i.test(html) ? ' class="paper"' : ''
    put(data, `<div${paper} style="margin:0 0 16px">${words}</div>`)
  },
  strong: (text: unknown, options: Options) =>
    new SafeString(`<strong>${escapeExpression(said(text, options))}</strong>`),
}

export const inlineHelpers: Handlebars.HelperDeclareSpec = {
  /** `{{date at}}`: a moment as people of that language write it, with its time zone. */
  date(at: unknown, { data, loc }: Options) {
    // Of nothing, Intl would write the moment it is now.
    if (!(at instanceof Date) || Number.isNaN(at.getTime()))
      throw new TemplateFault('There is no moment for date.', placeOf(loc))
    return marked(dateFormat(data.output).format(at))
  },
  /** `{{choose status queued="waits in the queue" …}}`: the words for one of a closed list. */
  choose(word: unknown, { hash, loc }: Options) {
    if (typeof word === 'string' && Object.hasOwn(hash, word)) return hash[word]
    throw new TemplateFault(`There are no words for ${shown(word)}.`, placeOf(loc))
  },
  /** What `{{title}}` is compiled as. */
  say: (value: unknown, options: Options) => said(value, options),
  each(this: object, list: unknown, { data, fn, inverse, loc }: Options) {
    if (!Array.isArray(list)) throw new TemplateFault('There is no list for each.', placeOf(loc))
    if (list.length === 0) return inverse(this)
    const { room } = data.output
    return list
      .map((item) => {
        if (--room.turns < 0) throw new TemplateFault('Its loops never end.', placeOf(loc))
        return within(room, fn(item))
      })
      .join('')
  },
}

function address(url: unknown, { output }: Options['data'], loc: Options['loc']): string {
  if ((typeof url === 'string' && url !== '') || !output.strict) return String(url ?? '')
  throw new TemplateFault('This link may be missing: ask for it with if first.', placeOf(loc))
}

function put({ output }: Options['data'], ...blocks: string[]): void {
  for (const block of blocks) output.blocks.push(within(output.room, block))
}

function said(value: unknown, { data, loc }: Options): string {
  const isSaid = typeof value === 'string' || typeof value === 'number'
  if (!isSaid && data.output.strict)
    throw new TemplateFault('This value may be missing: ask for it with if first.', placeOf(loc))
  return within(data.output.room, marked(String(value ?? '')))
}

/** @throws TemplateFault when there is no room for it */
function within(room: Room, written: string): string {
  room.characters -= written.length
  if (room.characters < 0) throw new TemplateFault('It writes too much.')
  return written
}

/** A word of ours may be told, what somebody wrote may not. */
function shown(word: unknown): string {
  return typeof word === 'string' && /^[a-z_]{1,20}$/.test(word) ? `"${word}"` : 'what it is'
}

const button =
  'display:inline-block;padding:11px 20px;background:#1f4fbf;color:#ffffff;text-decoration:none;border-radius:6px;font-weight:bold'

/** Behind a value that ends with a full stop; texts in the database have none. */
const stop = '\0'

function marked(value: string): string {
  const text = value.replaceAll(stop, '')
  return /[.…]$/.test(text) ? `${text}${stop}` : text
}

/** A sentence that ends with "Acme s.r.o." ends with its full stop, and not with another one of the template's. */
export function withOneStop(text: string): string {
  return text.replace(/\0(<\/strong>)?\.(?!\.)/g, '$1').replaceAll(stop, '')
}

function squeeze(text: string): string {
  return withOneStop(text).trim().replace(/\s+/g, ' ')
}

function lines(text: string): string[] {
  return withOneStop(text)
    .trim()
    .split('\n')
    .map((line) => line.trim())
}

function indented(quoted: string[]): string {
  return quoted.map((line) => `> ${line}`).join('\n')
}

/** In megabytes, as in most programs of its recipients. */
function sizeIn(language: string, bytes: number): string {
  const format = { style: 'unit', unit: 'megabyte', maximumFractionDigits: 1 } as const
  return new Intl.NumberFormat(language, format).format(Math.max(bytes / 1_000_000, 0.1))
}

const dateFormats = new Map<string, Intl.DateTimeFormat>()

function dateFormat({ language, timeZone }: Output): Intl.DateTimeFormat {
  const key = `${language} ${timeZone}`
  let format = dateFormats.get(key)
  if (!format) {
    // English is written to all of Europe here: day before month, 24 hours.
    format = new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, {
      ...({ year: 'numeric', month: 'long', day: 'numeric', hour: '2-digit', minute: '2-digit' } as const),
      ...{ timeZone, timeZoneName: 'short' },
    })
    dateFormats.set(key, format)
  }
  return format
}

type Options = Omit<Handlebars.HelperOptions, 'data' | 'hash'> & {
  loc: { start: { line: number; column: number } }
  data: { output: Output }
  hash: Record<string, string>
}

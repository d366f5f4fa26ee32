/** What a template may say, and how that looks as text and as HTML. */
import { oneLine } from '@podatelna/mail'
import Handlebars from 'handlebars'
import type { Earlier } from './samples.ts'

const { escapeExpression, SafeString } = { ...Handlebars.Utils, SafeString: Handlebars.SafeString }

/**
 * Where the blocks of one rendering go; what stands between them in the source is only there to be read. `history` stands
 * below the signature, where mail programs have it.
 */
export type Output = { language: string; timeZone: string; subject: string; blocks: string[]; history: string }

/** Somebody's words: `html` is safe already (rules §7: sanitised once, when stored). */
export type Body = { text: string; html: string | null }

export const textBlocks: Handlebars.HelperDeclareSpec = {
  subject(this: object, { data, fn }: Options) {
    data.output.subject = oneLine(fn(this), 500)
  },
  p(this: object, { data, fn }: Options) {
    data.output.blocks.push(squeeze(fn(this)))
  },
  quote(this: object, { data, fn }: Options) {
    data.output.blocks.push(indented(lines(fn(this))))
  },
  link(url: string, label: string, { data }: Options) {
    data.output.blocks.push(`${label}:\n${url}`)
  },
  history(this: object, said: Earlier, { data, fn }: Options) {
    data.output.history = `${squeeze(fn(said))}\n${indented(said.text.split('\n'))}`
  },
  file(url: string, filename: string, bytes: number, { data }: Options) {
    data.output.blocks.push(`${filename} (${sizeIn(data.output.language, bytes)}):\n${url}`)
  },
  body({ text }: Body, { data }: Options) {
    data.output.blocks.push(text.trimEnd().replace(/^\s*\n/, ''))
  },
  strong: (text: string) => text,
}

export const htmlBlocks: Handlebars.HelperDeclareSpec = {
  subject() {},
  p(this: object, { data, fn }: Options) {
    data.output.blocks.push(`<p style="margin:0 0 16px">${squeeze(fn(this))}</p>`)
  },
  quote(this: object, { data, fn }: Options) {
    const style = 'margin:0 0 16px;padding:4px 0 4px 14px;border-left:3px solid #9aa3b2'
    data.output.blocks.push(`<blockquote style="${style}">${lines(fn(this)).join('<br>')}</blockquote>`)
  },
  // The address is shown as well: some trust no button, and some programs show none.
  link(url: string, label: string, { data }: Options) {
    const href = escapeExpression(url)
    data.output.blocks.push(
      // Outlook gives no room to a link; it does to a cell with a colour.
      '<table role="presentation" cellpadding="0" cellspacing="0" border="0" style="margin:0 0 8px"><tr>' +
        `<td class="button" bgcolor="#1f4fbf" style="border-radius:6px;mso-padding-alt:11px 20px">` +
        `<a href="${href}" class="button" style="${button}">${escapeExpression(label)}</a></td></tr></table>`,
      `<p class="small" style="margin:0 0 16px;font-size:13px;color:#5d6472;word-break:break-all">${href}</p>`,
    )
  },
  // The classes are those by which Gmail and others fold, and by which we do when it comes back.
  history(this: object, said: Earlier, { data, fn }: Options) {
    const words = said.text
      .split('\n')
      .map((line) => escapeExpression(line))
      .join('<br>\n')
    const style = 'margin:0 0 16px;padding:0 0 0 14px;border-left:3px solid #9aa3b2'
    data.output.history =
      `<div class="gmail_quote"><div class="gmail_attr" style="margin:0 0 8px">${squeeze(fn(said))}</div>\n` +
      `<blockquote type="cite" class="gmail_quote" style="${style}">${words}</blockquote></div>`
  },
  file(url: string, filename: string, bytes: number, { data }: Options) {
    const name = `<a href="${escapeExpression(url)}" style="color:#1f4fbf">${escapeExpression(filename)}</a>`
    data.output.blocks.push(`<p style="margin:0 0 16px">${name} (${sizeIn(data.output.language, bytes)})</p>`)
  },
  body({ text, html }: Body, { data }: Options) {
    const words = html ?? escapeExpression(text.trim()).replace(/\r\n|\r|\n/g, '<br>\n')
    // Whoever chose a colour chose it for white paper, and black on black is not read.
    const paper = html !== null && /color/i.test(html) ? ' class="paper"' : ''
    data.output.blocks.push(`<div${paper} style="margin:0 0 16px">${words}</div>`)
  },
  strong: (text: string) => new SafeString(`<strong>${escapeExpression(text)}</strong>`),
}

export const inlineHelpers: Handlebars.HelperDeclareSpec = {
  /** `{{date at}}`: a moment as people of that language write it, with its time zone. */
  date: (at: Date, { data }: Options) => dateFormat(data.output).format(at),
  /** `{{choose status queued="waits in the queue" …}}`: the words for one of a closed list. */
  choose(word: string, { hash }: Options) {
    if (hash[word] === undefined) throw new Error(`there are no words for "${word}"`)
    return hash[word]
  },
}

const button =
  'display:inline-block;padding:11px 20px;background:#1f4fbf;color:#ffffff;text-decoration:none;border-radius:6px;font-weight:bold'

function squeeze(text: string): string {
  return text.trim().replace(/\s+/g, ' ')
}

function lines(text: string): string[] {
  return text
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
  data: { output: Output }
  hash: Record<string, string>
}

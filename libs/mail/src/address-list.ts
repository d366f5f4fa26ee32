/**
 * The mailboxes of a header value: RFC 5322 §3.4, its obsolete forms (§4.4), and what else programs write. Total, and one
 * pass. Who may be trusted to be the author is decided more strictly elsewhere (libs/admission/src/verdict-author.ts).
 */

/** Names are still encoded; an address is as written. One of the two may be empty. */
export type WrittenMailbox = { address: string; name: string }

/** More than any letter of a person has. */
const mailboxLimit = 5_000

/** Members of groups are among them; the names of groups are not. */
export function readMailboxes(value: string): WrittenMailbox[] {
  const reading: Reading = { mailboxes: [], entry: newEntry(), lone: [], open: new Set() }
  let at = 0
  while (at < value.length && reading.mailboxes.length < mailboxLimit) at = readPiece(reading, value, at)
  endEntry(reading)
  endLone(reading)
  return reading.mailboxes
}

type Reading = {
  mailboxes: WrittenMailbox[]
  entry: Entry
  /** Names without an address: perhaps the name that follows has a comma in it, and nobody quoted it. */
  lone: string[]
  /** Of quotes and comments: one that nobody closes was met, and they are characters like others from there. */
  open: Set<string>
}

type Entry = {
  words: Word[]
  comments: string[]
  /** What stands in angle brackets; of several the last one with an address. */
  angle: string | undefined
}

type Word = { text: string; quoted: boolean /** Nothing stands between it and the word before. */; joined: boolean }

function newEntry(): Entry {
  return { words: [], comments: [], angle: undefined }
}

/** Returns where the next one begins. */
function readPiece(reading: Reading, value: string, at: number): number {
  const { entry, open } = reading
  const character = value[at]!
  if (character === '"' || character === '(') {
    const next = open.has(character) ? undefined : (character === '"' ? readQuoted : readComment)(entry, value, at)
    if (next === undefined) open.add(character)
    return next ?? at + 1
  }
  if (character === '<') return readAngle(entry, value, at)
  if (character === ',' || character === ';') endEntry(reading)
  if (character === ';') endLone(reading)
  if (character === ':' && isGroupName(entry)) reading.entry = newEntry()
  if (/[\s,;:>]/.test(character)) return at + 1
  return readWord(entry, value, at)
}

function readWord(entry: Entry, value: string, at: number): number {
  let end = at
  // RFC 5322 §3.4.1: an address literal holds colons.
  for (let literal = false; end < value.length; end++) {
    if (value[end] === '[') literal = true
    if (value[end] === ']') literal = false
    if (/[\s"(<>,;]/.test(value[end]!) || (value[end] === ':' && !literal)) break
  }
  addWord(entry, value, at, value.slice(at, end), false)
  return Math.max(end, at + 1)
}

function addWord({ words }: Entry, value: string, at: number, text: string, quoted: boolean): void {
  words.push({ text, quoted, joined: words.length > 0 && !/[\s)>:]/.test(value[at - 1] ?? ' ') })
}

function readQuoted(entry: Entry, value: string, at: number): number | undefined {
  let text = ''
  for (let next = at + 1; next < value.length; next++) {
    if (value[next] === '"') {
      addWord(entry, value, at, text, true)
      return next + 1
    }
    if (value[next] === '\\') next++
    text += value[next] ?? ''
  }
  return undefined
}

function readComment({ comments }: Entry, value: string, at: number): number | undefined {
  let text = ''
  for (let next = at + 1, depth = 1; next < value.length; next++) {
    if (value[next] === ')') depth--
    if (value[next] === '(') depth++
    if (depth === 0) {
      comments.push(text)
      return next + 1
    }
    if (value[next] === '\\') next++
    text += value[next] ?? ''
  }
  return undefined
}

/** Up to `>`; where that is missing, up to what can be no part of an address. */
function readAngle(entry: Entry, value: string, at: number): number {
  let end = at + 1
  for (let quoted = false; end < value.length; end++) {
    if (value[end] === '"') quoted = !quoted
    if (value[end] === '>' && !quoted) break
    if (value[end] === '<') return takeAngle(entry, value, at, beforeComma(value, at, end))
  }
  if (end === value.length) return takeAngle(entry, value, at, beforeComma(value, at, end))
  takeAngle(entry, value, at, end)
  return end + 1
}

function beforeComma(value: string, at: number, end: number): number {
  const comma = value.slice(at, end).search(/[,;]/)
  return comma < 0 ? end : at + comma
}

function takeAngle(entry: Entry, value: string, at: number, end: number): number {
  const address = addressIn(value.slice(at + 1, end))
  // `Jana <office> <jana@acme.cz>`
  if (entry.angle !== undefined && !entry.angle.includes('@')) entry.words.push(plain(entry.angle))
  if (entry.angle?.includes('@')) entry.words.push(plain(`<${address}>`))
  else entry.angle = address
  return end
}

function plain(text: string): Word {
  return { text, quoted: false, joined: false }
}

/** RFC 5322 §4.4: a route may stand before it. Some repeat it, or write it as the link it became on a screen. */
function addressIn(angle: string): string {
  const text = angle.replace(/^\s*(mailto:)?/i, '').trim()
  const routed = withoutQuotes(text.startsWith('@') ? text.slice(text.lastIndexOf(':') + 1).trim() : text)
  if (!/\s/.test(routed) || routed.includes('"')) return routed
  return routed.split(/\s+/).find((one) => /[^@]@[^@]/.test(one)) ?? routed.replace(/\s+/g, '')
}

function withoutQuotes(address: string): string {
  const local = /^"([^"]*)"@/.exec(address)?.[1]
  return local !== undefined && bare.test(local) ? local + address.slice(local.length + 2) : address
}

/** `Friends: jana@acme.cz, …;` but neither `mailto:` nor an address that lost its brackets. */
function isGroupName({ words, angle }: Entry): boolean {
  return angle === undefined && words.every(({ text }) => !text.includes('@'))
}

function endEntry(reading: Reading): void {
  const { words, comments, angle } = reading.entry
  reading.entry = newEntry()
  const named = (others: Word[]) => nameOf(others) || (comments[0]?.trim() ?? '')
  if (angle !== undefined) {
    const name = named(words)
    const lone = name === '' ? [] : reading.lone.splice(0)
    return take(reading, { address: angle, name: [...lone, name].join(', ') })
  }
  const bare = bareAddress(words)
  if (bare) return take(reading, { address: bare.address, name: named(bare.others) })
  const name = named(words)
  if (name !== '') reading.lone.push(name)
}

function take(reading: Reading, ...mailboxes: WrittenMailbox[]): void {
  endLone(reading)
  reading.mailboxes.push(...mailboxes.filter(({ address, name }) => address !== '' || name !== ''))
}

function endLone({ mailboxes, lone }: Reading): void {
  for (const name of lone.splice(0)) mailboxes.push({ address: '', name })
}

/** The last word with an `@` in it; what stands at both sides of a lone `@`, and `"Jana N"@acme.cz`, belong together. */
function bareAddress(words: Word[]): { address: string; others: Word[] } | undefined {
  const at = words.findLastIndex(({ text, quoted }) => !quoted && text.includes('@'))
  if (at < 0) return undefined
  const { text, joined } = words[at]!
  const before = words[at - 1]
  const local = text.startsWith('@') || (joined && before?.quoted) ? before : undefined
  const domain = text.endsWith('@') ? words[at + 1] : undefined
  const address = `${local ? withLocal(local, text) : text}${domain?.text ?? ''}`
  if (!/[^@]@[^@]/.test(address)) return undefined
  return { address, others: words.filter((word) => ![local, words[at], domain].includes(word)) }
}

function withLocal({ text, quoted }: Word, rest: string): string {
  const at = rest.indexOf('@')
  const local = `${text}${rest.slice(0, at)}`
  return `${quoted && !bare.test(local) ? `"${local.replace(/["\\]/g, '\\$&')}"` : local}${rest.slice(at)}`
}

/** A local part that is the same mailbox with quotes and without them (RFC 5321 §4.1.2). */
const bare = /^[^\s"(),:;<>@[\\\]]+$/

function nameOf(words: Word[]): string {
  let name = ''
  for (const { text, joined } of words) name += joined || name === '' ? text : ` ${text}`
  return name.replace(/\s+/g, ' ').trim()
}

/** What ends a letter and is the same in all letters of its author, or of their program. */
import type { Circumstances } from './index.ts'
import { bare, hasWords, isBlank, type Line } from './lines.ts'
import { isRule } from './quoted-header.ts'

/** A signature may be this long below a delimiter, in lines with words. RFC 3676 §4.3 names none; people have 4 to 15. */
const delimitedLimit = 25
const undelimitedLimit = 14
/** With blank lines. */
const heightLimit = 60

/** Where the signature begins that ends at `to`, not before `from`; every way to know one is tried, the surest first. */
export function signatureStart(lines: Line[], from: number, to: number, letter: Circumstances): number | undefined {
  const last = lastWords(lines, from, to)
  return (
    hinted(lines, from, to) ??
    ofProgram(lines, from, last) ??
    delimited(lines, from, to, letter) ??
    signedBlock(lines, from, last, letter)
  )
}

/** What a telephone or a program adds: "Sent from my iPhone". */
export function isOfProgram(text: string): boolean {
  if (text.length > 200) return false
  const words = bare(text).replace(/^[\s<([*_"]+/, '')
  if (outlookFor.test(words) || alwaysProgram.test(words)) return true
  return sentFrom.test(words) && device.test(words)
}

/** How many ways to reach somebody a line has, or what companies must print: what makes lines a signature. */
export function contactDetails(text: string): number {
  if (text.length > 160) return 0
  return [/[^\s@]@[^\s@]/, /www\.|https?:\/\//i, phone, company].filter((detail) => detail.test(text)).length
}

function lastWords(lines: Line[], from: number, to: number): number {
  let at = to - 1
  while (at >= from && isBlank(lines[at]!)) at--
  return at
}

/** Structure says so, right to the end, with at most a delimiter above. */
function hinted(lines: Line[], from: number, to: number): number | undefined {
  let start = to
  let words = 0
  for (let at = to - 1; at >= from; at--) {
    const line = lines[at]!
    if (line.hint === 'signature') start = at
    else if (!isBlank(line)) break
    if (hasWords(line) && ++words > delimitedLimit) return undefined
  }
  if (start === to) return undefined
  const above = lastWords(lines, from, start)
  return above >= from && /^(?:--|—|–)$/.test(lines[above]!.text) ? above : start
}

/** The line itself, and what is fastened to it: the line wrapped before it, or one that is sure only beside another. */
function ofProgram(lines: Line[], from: number, last: number): number | undefined {
  if (last < from) return undefined
  const { text } = lines[last]!
  if (text === streakMark) return last
  const above = last > from ? lines[last - 1]!.text : ''
  if (isOfProgram(text)) {
    return above !== '' && text.length < 60 && isName(above) && /^(?:via|from) /i.test(text) ? last - 1 : last
  }
  if (above.length >= 45 && isOfProgram(`${above} ${text}`) && isOfProgram(above)) return last - 1
  // "Somebody from mobile" is a signature above "Sent from my iPhone", and somebody's words above anything else.
  const below = nextWords(lines, last + 1)
  if (below && isOfProgram(below) && /^\S{2,20} from (?:my )?(?:mobile|phone|cell)$/i.test(text)) return last
  return undefined
}

function nextWords(lines: Line[], from: number): string | undefined {
  return lines.slice(from, from + 10).find((line) => !isBlank(line))?.text
}

/** Below `-- ` (RFC 3676 §4.3); or below `--`, or a longer rule, if it reads like one. */
function delimited(lines: Line[], from: number, to: number, letter: Circumstances): number | undefined {
  let words = 0
  let found: number | undefined
  for (let at = to - 1; at >= from && to - at <= heightLimit && words <= delimitedLimit; at--) {
    const { text } = lines[at]!
    if (isDelimiter(lines, from, at, to, letter)) found = at
    if (/^(?:p\.? ?s\.?|ps)[ :.]/i.test(text) || text.length > 250) break
    if (hasWords(lines[at]!)) words++
  }
  return found
}

function isDelimiter(lines: Line[], from: number, at: number, to: number, letter: Circumstances): boolean {
  const line = lines[at]!
  const below = lines.slice(at + 1, to).filter(hasWords)
  if (line.hint === 'delimiter') return below.every(({ text }) => !text.endsWith('?'))
  if (/^(?:--|––|—)$/.test(line.text)) {
    const near = !isBlank(lines[at + 1] ?? line) || below.some(({ text }) => isCourtesy(text) || isAuthor(text, letter))
    return near && !below.some(({ text }) => isSentence(text))
  }
  if (!isRule(line) && !/^[~#+*]{3,100}$/.test(line.text)) return false
  // A rule right below words underlines a heading, except the one that lists of subscribers draw.
  if (at > from && !isBlank(lines[at - 1]!) && !/^_{20,}$/.test(line.text)) return false
  if (below.length === 0 || below.length > undelimitedLimit) return false
  // Words, too, stand below a rule, and footnotes.
  if (below.filter(({ text }) => text.length > 55).length > 2) return false
  if (below.some(({ text }) => text.length > 90 || text.endsWith('?') || /^[[(]\d{1,2}[\])]/.test(text))) return false
  if (/^_{10,}$/.test(line.text) && !isBlank(lines[at + 1]!) && below.length <= 4) return true
  if (letter.author && below.some(({ text }) => isAuthor(text, letter))) return true
  // People draw rules above other people's addresses, too.
  return (
    (!letter.author || /^_{20,}$/.test(line.text)) && !line.hint && below.some(({ text }) => contactDetails(text) > 0)
  )
}

/**
 * Without a delimiter: courtesy, and below it the name or address in From, or two ways to reach somebody; or a last
 * paragraph with that name or address and two ways to reach them. A name that nothing proves is left.
 */
function signedBlock(lines: Line[], from: number, last: number, letter: Circumstances): number | undefined {
  let details = 0
  let words = 0
  let own = false
  let named = true
  let block: number | undefined
  for (let at = last; at >= from && last - at < heightLimit && words <= undelimitedLimit; at--) {
    const { text } = lines[at]!
    if (text === '') {
      if (block === undefined && details >= 2 && own) block = at + 1
      continue
    }
    if (text.length > 110 || text.endsWith('?')) break
    if (isCourtesy(text) && (details >= 2 || own || (words > 0 && named))) return at
    // A sentence below courtesy and name is no signature.
    if (/[.!]$/.test(text) && text.split(' ').length > 5) break
    words++
    named &&= isAuthorsName(text, letter)
    details += contactDetails(text)
    if (isAuthor(text, letter)) own = true
    if (at === from && block === undefined && details >= 2 && own) block = at
  }
  return block !== undefined && block > from ? block : undefined
}

/** People type two hyphens between two matters, too. */
function isSentence(text: string): boolean {
  if (text.endsWith('?')) return true
  const said =
    /[.!]$/.test(text) &&
    !/[\d@/]|\b(?:s\.? ?r\.? ?o|a\.? ?s|inc|ltd|co|corp|gmbh|ag|s\.p\.a|s\.r\.l|ph\.?d|csc)\.$/i.test(text)
  return said && text.split(' ').length >= 3 && !isOfProgram(text)
}

function isAuthor(text: string, { author }: Circumstances): boolean {
  if (!author) return false
  const words = bare(text)
  if (author.address.length > 5 && words.includes(author.address.toLowerCase())) return true
  const names = namesIn(author.name)
  return names.length >= 2 && text.length <= 60 && names.every((name) => words.includes(name))
}

/** All of the author's name, or a part of it, and nothing else. */
function isAuthorsName(text: string, { author }: Circumstances): boolean {
  const names = namesIn(author?.name ?? '')
  const words = namesIn(text)
  return words.length > 0 && words.every((word) => names.includes(word))
}

function namesIn(text: string): string[] {
  return bare(text.slice(0, 100))
    .split(/[\s,."()]+/)
    .filter((name) => name.length > 1)
}

function isName(text: string): boolean {
  return /^\p{Lu}[\p{L}.'-]{0,30}(?: \p{Lu}[\p{L}.'-]{0,30}){1,3}$/u.test(text)
}

function isCourtesy(text: string): boolean {
  const words = bare(text).replace(/^[\s*_/|-]+|[\s*_.,!-]+$/g, '')
  if (words.length > 60) return false
  return courtesies.some(
    (courtesy) => words === courtesy || words.startsWith(`${courtesy} `) || words.startsWith(`${courtesy},`),
  )
}

/** The sign that Streak leaves for itself at the end of a letter. */
const streakMark = 'ᐧ'

const phone =
  /(?:\+|\b00)\d[\d ()./-]{6,20}\d|(?:^|[\s|,;])(?:tel|mob|mobil|phone|fax|gsm|cell|telefon|telefono|handy|mobile|cellulare|t|m|f)\.?(?: ?[:.])? ?[+(]?\d[\d ()./-]{5,20}\d|^[\d ()+/-]{9,20}$/i

const company =
  /\b(?:IČO?|DIČ|IČ DPH|HRB|USt-?Id|P\.? ?IVA|C\.F\.|Amtsgericht|Geschäftsführer)\b|spisov\w{1,3} zna|vložka/i

const device = new RegExp(
  [
    'my',
    'mobil',
    'phone|fon',
    'telef',
    'iphon|ipad|ipod',
    'android|ios|windows|blackberry|symbian',
    'samsung|galaxy|huawei|xiaomi|nokia|pixel|motorola|oneplus|htc|sony|alcatel|honor|oppo|redmi|lenovo',
    'tablet|pocitac|device|dispositiv|gerat|zarizen|zariaden|apparaat|urzadzen|appareil|cell|celular|cellular|handy',
    'outlook|hotmail|yahoo|gmail|proton|airmail|sparrow|thunderbird|mailbox|spark|k-9|aquamail|bluemail|fairemail|tutanota|zoho',
    'seznam|email|e-mail|mail|post|centrum|atlas|volny|libero|tiscali|virgilio|aruba|gmx|web\\.de|t-online|azet|zoznam',
    'aplikac|app\\b|mailspring|mailbird|em client',
    'смартфон|телефон|планшет|почт',
  ].join('|'),
  'u',
)

const sentFrom = new RegExp(
  [
    '^(?:sent|posted|written|typed|e-?mailed) (?:from|via|with|using|by|on|through) ',
    '^from my ',
    '^via (?:my )?(?:mobile|phone|iphone|android)$',
    '^(?:odeslano|poslano|odesilano|napsano) (?:z|ze|pomoci|prostrednictvim|pres|mobilem|mobilne|mobilnim) ?',
    '^(?:odoslane|poslane|odoslana|napisane) (?:z|zo|pomocou|prostrednictvom|cez|mobilom) ?',
    "^(?:inviat[oa]|spedit[oa]|scritt[oa]|mandat[oa]) (?:da|dal|dallo|dalla|dall'|con|tramite|via|attraverso) ?",
    '^(?:von|mit) (?:meine[mr]|unterwegs|outlook|yahoo|gmx|web\\.de|samsung|iphone|ipad).{1,80}(?:gesendet|geschickt|geschrieben|verschickt)\\b',
    '^(?:gesendet|geschickt|verschickt|versendet) (?:von|vom|mit|uber|mittels|aus|via) ',
    '^diese (?:nachricht|e-?mail|mail) wurde (?:von|mit|uber) .{1,80}(?:gesendet|geschickt|verschickt)',
    "^(?:envoye|transmis|ecrit)e? (?:de|depuis|a partir|par|avec|via|d')",
    '^enviad[oa] (?:desde|de|do|da|con|com|mediante|a partir|pelo|via)\\b',
    '^(?:verzonden|verstuurd|gestuurd) (?:vanaf|vanuit|met|via|van) ',
    '^wyslan[eoy] (?:z|ze|za pomoca|przez) ',
    '^(?:отправлено|послано|надіслано) (?:с|со|из|через|от|з|із|за) ',
    '^(?:skickat|skickad|sendt|sent) (?:fran|fra|med|via) ',
    '^lahetetty ',
    '^(?:elkuldve|kuldve|trimis|poslano|poslato) ',
    '^(?:gesendet|sent|envoye|inviato|odeslano|odoslane) .{0,20}(?:iphone|ipad|android)',
    'gonderildi\\.?$',
  ].join('|'),
)

/** Outlook's own line, in any language: "Get Outlook for iOS", "Získat Outlook pro Android". */
const outlookFor =
  /^[^.]{0,40}\boutlook\b[^.]{0,3} (?:for|pro|pre|per|fur|para|pour|voor|dla|for|till|til|для) (?:android|ios|mac|iphone|systemu)/

const alwaysProgram =
  /^(?:从我的|從我的|發自我的|发自我的).{1,40}$|^.{0,40}(?:から送信|에서 보냄)|^(?:get|download) the .{1,40} app\b|^yahoo mail: |^ziskejte email\.cz|^sent from $/

const courtesies = [
  ...[
    's pozdravem',
    's pozdravom',
    's přátelským pozdravem',
    's priateľským pozdravom',
    's úctou',
    's přáním',
    'zdraví',
  ],
  ...[
    'hezký den',
    'pěkný den',
    'přeji hezký den',
    'přeji pěkný den',
    'pekný deň',
    'prajem pekný deň',
    'srdečně',
    'pozdrav',
  ],
  ...[
    'kind regards',
    'best regards',
    'warm regards',
    'regards',
    'with regards',
    'best wishes',
    'sincerely',
    'best',
    'br',
  ],
  ...[
    'yours sincerely',
    'yours faithfully',
    'yours truly',
    'sincerely yours',
    'cheers',
    'thanks',
    'thank you',
    'many thanks',
  ],
  ...['děkuji', 'děkuji a přeji hezký den', 'děkujeme', 'ďakujem', 'ďakujeme', 'grazie', 'danke', 'vielen dank'],
  ...[
    'cordiali saluti',
    'distinti saluti',
    'cordialmente',
    'un cordiale saluto',
    'saluti',
    'un saluto',
    'buona giornata',
  ],
  ...[
    'mit freundlichen grüßen',
    'mit freundlichem gruß',
    'freundliche grüße',
    'viele grüße',
    'liebe grüße',
    'beste grüße',
  ],
  ...['schöne grüße', 'mfg', 'vg', 'lg', 'gruß', 'grüße', 'mit besten grüßen', 'herzliche grüße', 'hochachtungsvoll'],
  ...[
    'cordialement',
    'bien cordialement',
    'bien à vous',
    'sincères salutations',
    'saludos',
    'un saludo',
    'atentamente',
  ],
  ...[
    'atenciosamente',
    'cumprimentos',
    'met vriendelijke groet',
    'met vriendelijke groeten',
    'groeten',
    'z poważaniem',
  ],
  ...['pozdrawiam', 'с уважением', 'з повагою', 'med vänliga hälsningar', 'vänliga hälsningar', 'med venlig hilsen'],
  ...['med vennlig hilsen', 'mvh', 'ystävällisin terveisin', 'üdvözlettel', 'cu stimă', 'saygılarımla', 'lep pozdrav'],
].map(bare)

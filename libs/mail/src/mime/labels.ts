/**
 * What letters call their character set, and which one is meant. Names of the result are those of the Encoding Standard
 * (WHATWG) where it has one: it reads iso-8859-1 as windows-1252 and gb2312 as gb18030, as everybody who writes them does.
 */
import iconv from 'iconv-lite'

/** Undefined for a label that nobody knows, and for one that says that it is not known (RFC 1428). */
export function charsetOf(label: string): string | undefined {
  const name = squeezed(label)
  const plain = /^x(?!userdefined|mac)/.test(name) ? name.slice(1) : name
  return own(named, plain) ?? codePage(plain) ?? iso8859(plain) ?? standard(label) ?? standard(name) ?? kept(plain)
}

/** `constructor` is a label, too. */
function own(names: Record<string, string | undefined>, name: string): string | undefined {
  return Object.hasOwn(names, name) ? names[name] : undefined
}

/** `"ISO_8859-2"` and `charset=iso8859-2;` are `iso88592`: letters and digits are what programs agree on. */
function squeezed(label: string): string {
  return label
    .slice(0, 100)
    .toLowerCase()
    .replace(/^[\s"'=]*(?:charset\s{0,9}=)?[\s"']*/, '')
    .replace(/[;,"'<>\\*].*$/s, '')
    .replace(/[^a-z0-9]/g, '')
}

const named: Record<string, string | undefined> = {
  utf8: 'utf-8',
  utf8mb4: 'utf-8',
  utf8bom: 'utf-8',
  uft8: 'utf-8',
  utf: 'utf-8',
  unicode11utf8: 'utf-8',
  unicode20utf8: 'utf-8',
  cesu8: 'utf-8',
  utf7: 'utf-7',
  unicode11utf7: 'utf-7',
  unicode20utf7: 'utf-7',
  csunicode11utf7: 'utf-7',
  // Outlook and Word write `unicode` for UTF-16, and leave it there when the text has become something else.
  unicode: 'utf-16',
  utf16: 'utf-16',
  ucs2: 'utf-16',
  iso10646ucs2: 'utf-16',
  csunicode: 'utf-16',
  utf16le: 'utf-16le',
  utf16be: 'utf-16be',
  utf32: 'utf-32',
  ucs4: 'utf-32',
  iso10646ucs4: 'utf-32',
  utf32le: 'utf-32le',
  utf32be: 'utf-32be',
  ascii: 'us-ascii',
  usascii: 'us-ascii',
  us: 'us-ascii',
  ansix341968: 'us-ascii',
  ansix341986: 'us-ascii',
  iso646us: 'us-ascii',
  iso646irv1991: 'us-ascii',
  iso646: 'us-ascii',
  '646': 'us-ascii',
  '7bit': 'us-ascii',
  gb2312: 'gb18030',
  gb231280: 'gb18030',
  csgb2312: 'gb18030',
  gbk: 'gb18030',
  gb: 'gb18030',
  gb18030: 'gb18030',
  gb180302000: 'gb18030',
  euccn: 'gb18030',
  chinese: 'gb18030',
  hzgb2312: 'hz-gb-2312',
  hz: 'hz-gb-2312',
  big5: 'big5',
  big5hkscs: 'big5',
  big5eten: 'big5',
  cnbig5: 'big5',
  euckr: 'euc-kr',
  uhc: 'euc-kr',
  korean: 'euc-kr',
  ksc5601: 'euc-kr',
  ksc56011987: 'euc-kr',
  ksc56011989: 'euc-kr',
  ksc5861: 'euc-kr',
  ks56011987: 'euc-kr',
  eucjp: 'euc-jp',
  ujis: 'euc-jp',
  eucjpms: 'euc-jp',
  eucjpwin: 'euc-jp',
  sjis: 'shift_jis',
  shiftjis: 'shift_jis',
  shiftjisx0213: 'shift_jis',
  sjiswin: 'shift_jis',
  mskanji: 'shift_jis',
  windows31j: 'shift_jis',
  cswindows31j: 'shift_jis',
  iso2022jp: 'iso-2022-jp',
  iso2022jp1: 'iso-2022-jp',
  iso2022jp2: 'iso-2022-jp',
  iso2022jp3: 'iso-2022-jp',
  iso2022jp2004: 'iso-2022-jp',
  iso2022jpms: 'iso-2022-jp',
  csiso2022jp: 'iso-2022-jp',
  csiso2022jp2: 'iso-2022-jp',
  jis: 'iso-2022-jp',
  iso2022kr: 'iso-2022-kr',
  csiso2022kr: 'iso-2022-kr',
  iso2022cn: 'iso-2022-cn',
  iso2022cnext: 'iso-2022-cn',
  tis620: 'windows-874',
  tis6202533: 'windows-874',
  thai: 'windows-874',
  koi8: 'koi8-r',
  koi8r: 'koi8-r',
  koi8u: 'koi8-u',
  koi8ru: 'koi8-u',
  tcvn: 'tcvn',
  tcvn5712: 'tcvn',
  tcvn57121: 'tcvn',
  viscii: 'viscii',
  viscii111: 'viscii',
  mac: 'macintosh',
  macroman: 'macintosh',
  xmacroman: 'macintosh',
  xmac: 'macintosh',
  xmacce: 'maccenteuro',
  xmaccentraleurroman: 'maccenteuro',
  xmaccentraleurope: 'maccenteuro',
  xmaccyrillic: 'x-mac-cyrillic',
  xmacukrainian: 'x-mac-cyrillic',
  xmacjapanese: 'shift_jis',
  xmackorean: 'euc-kr',
  xmacchinesesimp: 'gb18030',
  xmacchinesetrad: 'big5',
}

/** Code pages of DOS and Windows by number, under any of the names they go by. */
function codePage(name: string): string | undefined {
  const number = /^(?:cs)?(?:windows|win|ansi|ibm|mscp|ms|cp|dos|oem|codepage|ccsid)0?(\d{3,5})$/.exec(name)?.[1]
  if (number === undefined) return undefined
  const known = own(pages, number)
  if (known) return known
  if (/^(?:874|125[0-8])$/.test(number)) return `windows-${number}`
  if (/^(?:286[01]\d|2859\d)$/.test(number)) return iso8859(`iso8859${Number(number) - 28590}`)
  return kept(`cp${number}`)
}

const pages: Record<string, string | undefined> = {
  '367': 'us-ascii',
  '819': 'windows-1252',
  '866': 'ibm866',
  '932': 'shift_jis',
  '943': 'shift_jis',
  '936': 'gb18030',
  '949': 'euc-kr',
  '950': 'big5',
  '951': 'big5',
  '1200': 'utf-16le',
  '1201': 'utf-16be',
  '1208': 'utf-8',
  '10000': 'macintosh',
  '10007': 'x-mac-cyrillic',
  '10029': 'maccenteuro',
  '12000': 'utf-32le',
  '12001': 'utf-32be',
  '20127': 'us-ascii',
  '20866': 'koi8-r',
  '21866': 'koi8-u',
  '20932': 'euc-jp',
  '51932': 'euc-jp',
  '20936': 'gb18030',
  '51936': 'gb18030',
  '54936': 'gb18030',
  '51949': 'euc-kr',
  '50220': 'iso-2022-jp',
  '50221': 'iso-2022-jp',
  '50222': 'iso-2022-jp',
  '50225': 'iso-2022-kr',
  '50227': 'iso-2022-cn',
  '52936': 'hz-gb-2312',
  '65000': 'utf-7',
  '65001': 'utf-8',
}

/** `iso_8859-1:1987`, `8859-15`, `latin2`. The Hebrew -i and -e (RFC 1556) say how lines are put on a screen. */
function iso8859(name: string): string | undefined {
  const part = /^(?:(?:cs)?iso)?8859(1[0-6]|[1-9])(?:[ei]|(?:19|20)\d\d)?$/.exec(name)?.[1]
  const latin = /^(?:cs)?(?:iso)?l(?:atin)?(10|[1-9])$/.exec(name)?.[1]
  const number = part ?? (latin && latinParts[Number(latin) - 1])
  return number && standard(`iso-8859-${number}`)
}

const latinParts = ['1', '2', '3', '4', '9', '10', '13', '14', '15', '16']

/** What the Encoding Standard calls it. `replacement` is its word for "never decode". */
function standard(label: string): string | undefined {
  try {
    const { encoding } = new TextDecoder(label)
    return encoding === 'x-user-defined' || encoding === 'replacement' ? undefined : encoding
  } catch {
    return undefined
  }
}

/** Old code pages that the Encoding Standard left out. iconv-lite also knows base64, hex and the like: no character sets. */
function kept(name: string): string | undefined {
  return /^(?:cp\d{3,4}|mac[a-z]+|armscii8|georgian\w{2,8}|koi8[a-z]|rk1048|pt154|hproman8|tcvn|viscii)$/.test(name) &&
    iconv.encodingExists(name)
    ? name
    : undefined
}

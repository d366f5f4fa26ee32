/** Dates as letters have them: RFC 5322 §3.3, its obsolete forms (§4.3), and what else programs write. */

/** When a letter says it was written; `zoned` is false when it does not say in which zone, and UTC is taken. */
export type WrittenDate = { date: Date; zoned: boolean }

/** Undefined when it cannot be read: never a guess, and never now. */
export function readDate(value: string): WrittenDate | undefined {
  const text = value
    .slice(0, 200)
    .replace(/\([^()]*\)/g, ' ')
    .trim()
  const parts = usual(text) ?? asctime(text) ?? iso(text) ?? american(text) ?? numeric(text)
  if (!parts) return undefined
  const offset = offsetOf(parts.zone)
  const [year, month, day, hour, minute, second] = parts.numbers
  // A leap second is the second after it, as everywhere in computing.
  const date = new Date(Date.UTC(year, month, day, hour, minute, Math.min(second, 59)))
  if (hour > 23 || minute > 59 || second > 60 || date.getUTCMonth() !== month || date.getUTCDate() !== day)
    return undefined
  return { date: new Date(date.getTime() - (offset ?? 0) * 60_000), zoned: offset !== undefined }
}

type Parts = { numbers: [number, number, number, number, number, number]; zone: string }

/** `Thu, 29 Apr 2005 23:34:45 +0900` */
function usual(text: string): Parts | undefined {
  const found =
    /^(?:\p{L}{2,10}\.?,?\s*)?0?(\d{1,2})[\s-]+([a-z]{3})[a-z]{0,6}\.?,?[\s-]+(\d{2,4}),?\s+(?:at\s+)?(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?(?:\.\d+)?\s*(.*)$/iu.exec(
      text,
    )
  if (!found) return undefined
  const [, day, month, year, hour, minute, second = '0', zone = ''] = found
  return partsOf([fullYear(year!), monthOf(month!), +day!, +hour!, +minute!, +second], zone)
}

/** `Thu Apr 29 23:34:45 2005`, with a zone before or behind the year */
function asctime(text: string): Parts | undefined {
  const found =
    /^(?:[a-z]{3},?\s+)?([a-z]{3})[a-z]{0,6}\s+(\d{1,2}),?\s+(\d{1,2}):(\d{2}):(\d{2})\s+([a-z]{1,5}\s+|[+-]\d{4}\s+)?(\d{4})\s*(.*)$/i.exec(
      text,
    )
  if (!found) return undefined
  const [, month, day, hour, minute, second, before = '', year, behind = ''] = found
  return partsOf([+year!, monthOf(month!), +day!, +hour!, +minute!, +second!], before || behind)
}

/** `2005-04-29T23:34:45+09:00` */
function iso(text: string): Parts | undefined {
  const found = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?\s*(.*)$/i.exec(text)
  if (!found) return undefined
  const [, year, month, day, hour, minute, second = '0', zone = ''] = found
  return partsOf([+year!, +month! - 1, +day!, +hour!, +minute!, +second], zone)
}

/** `Thursday, April 29, 2005 at 11:34:45 PM +0900`, as people and programs of one country write it */
function american(text: string): Parts | undefined {
  const found =
    /^(?:[a-z]{3,9},?\s+)?([a-z]{3})[a-z]{0,6}\.?\s+(\d{1,2}),?\s+(\d{4}),?\s+(?:at\s+)?(\d{1,2}):(\d{2})(?::(\d{2}))?\s*(?:([ap])\.?m\b\.?)?\s*(.*)$/i.exec(
      text,
    )
  if (!found) return undefined
  const [, month, day, year, hour, minute, second = '0', half, zone = ''] = found
  if (half && (+hour! < 1 || +hour! > 12)) return undefined
  const hours = half ? (+hour! % 12) + (half.toLowerCase() === 'p' ? 12 : 0) : +hour!
  return partsOf([+year!, monthOf(month!), +day!, hours, +minute!, +second], zone)
}

/** `29-04-2005 23:34`, `29.4.2005 23:34`: with slashes the month may be first, and nobody can tell. */
function numeric(text: string): Parts | undefined {
  const found = /^(\d{1,2})([-.])(\d{1,2})\2(\d{4}),?\s+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*(.*)$/.exec(text)
  if (!found) return undefined
  const [, day, , month, year, hour, minute, second = '0', zone = ''] = found
  return partsOf([+year!, +month! - 1, +day!, +hour!, +minute!, +second], zone)
}

function partsOf(numbers: Parts['numbers'], zone: string): Parts | undefined {
  return numbers[1] < 0 ? undefined : { numbers, zone: zone.trim() }
}

function monthOf(name: string): number {
  return ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'].indexOf(
    name.toLowerCase(),
  )
}

/** RFC 5322 §4.3: two digits to 49 are of this century, other two and three digits count from 1900. */
function fullYear(year: string): number {
  if (year.length === 2 && +year < 50) return 2000 + +year
  return year.length < 4 ? 1900 + +year : +year
}

/** Minutes east of Greenwich; undefined for none, for `-0000`, and for names nobody agrees on (RFC 5322 §4.3). */
function offsetOf(zone: string): number | undefined {
  const numeric = /^(?:GMT|UTC)?\s*([+-])(\d{1,2}):?(\d{2})\b/i.exec(zone)
  if (!numeric) return named[/^[a-z]+/i.exec(zone)?.[0].toUpperCase() ?? '']
  const [, sign, hours, minutes] = numeric
  if (zone.startsWith('-0000')) return undefined
  return (sign === '-' ? -1 : 1) * (+hours! * 60 + +minutes!)
}

const named: Record<string, number> = {
  ...{ GMT: 0, UT: 0, UTC: 0, Z: 0, CET: 60, CEST: 120, MET: 60, MEST: 120, EET: 120, EEST: 180, WET: 0, WEST: 60 },
  ...{ EST: -300, EDT: -240, CST: -360, CDT: -300, MST: -420, MDT: -360, PST: -480, PDT: -420 },
}

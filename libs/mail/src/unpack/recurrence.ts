/** A recurrence rule in words (RFC 5545 §3.3.10). What it says beyond the usual is told to be there, not worked out. */
export function recurrenceInWords(rule: string): string | undefined {
  const parts = new Map(
    rule
      .slice(0, 2000)
      .toUpperCase()
      .split(';')
      .map((part) => part.split('=', 2) as [string, string | undefined])
      .map(([name, value]) => [name.trim(), value?.trim() ?? '']),
  )
  const unit = units[parts.get('FREQ') ?? '']
  if (!unit) return undefined
  const interval = number(parts.get('INTERVAL')) ?? 1
  const every = interval === 1 ? `every ${unit}` : `every ${interval} ${unit}s`
  const days = dayWords(parts)
  const odd = [...parts.keys()].some((name) => name.startsWith('BY') && !told(name, parts))
  return [every, ...days, odd ? 'by further rules in the file' : '', endWords(parts)].filter(Boolean).join(', ')
}

const units: Record<string, string> = {
  ...{ SECONDLY: 'second', MINUTELY: 'minute', HOURLY: 'hour', DAILY: 'day' },
  ...{ WEEKLY: 'week', MONTHLY: 'month', YEARLY: 'year' },
}

type Parts = Map<string, string>

function told(name: string, parts: Parts): boolean {
  return (
    (name === 'BYDAY' && dayList(parts) !== undefined) ||
    (name === 'BYMONTHDAY' && monthDays(parts) !== undefined) ||
    (name === 'BYMONTH' && parts.get('FREQ') === 'YEARLY' && months(parts) !== undefined)
  )
}

function dayWords(parts: Parts): string[] {
  const found = [dayList(parts), monthDays(parts), parts.get('FREQ') === 'YEARLY' ? months(parts) : undefined]
  return found.filter((words) => words !== undefined)
}

/** `MO,WE`, `2TU`, `-1FR` */
function dayList(parts: Parts): string | undefined {
  const days = parts
    .get('BYDAY')
    ?.split(',')
    .slice(0, 20)
    .map((day) => {
      const found = /^([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)$/.exec(day.trim())
      if (!found) return undefined
      const [, nth, name] = found
      return nth === undefined ? weekdays[name!] : `the ${ordinal(Number(nth))} ${weekdays[name!]}`
    })
  return days?.every(Boolean) ? `on ${days.join(', ')}` : undefined
}

function monthDays(parts: Parts): string | undefined {
  const days = parts.get('BYMONTHDAY')?.split(',').slice(0, 31).map(Number)
  if (!days?.every((day) => Number.isInteger(day) && day !== 0 && Math.abs(day) < 32)) return undefined
  return `on the ${days.map((day) => (day < 0 ? `${ordinal(day)} day` : ordinal(day))).join(', ')}`
}

function months(parts: Parts): string | undefined {
  const names = parts
    .get('BYMONTH')
    ?.split(',')
    .slice(0, 12)
    .map((month) => monthNames[Number(month) - 1])
  return names?.every(Boolean) ? `in ${names.join(', ')}` : undefined
}

function endWords(parts: Parts): string {
  const count = number(parts.get('COUNT'))
  if (count) return count === 1 ? 'once' : `${count} times`
  const until = /^(\d{4})(\d\d)(\d\d)/.exec(parts.get('UNTIL') ?? '')
  return until ? `until ${until.slice(1).join('-')}` : ''
}

function number(digits: string | undefined): number | undefined {
  return digits && /^\d{1,9}$/.test(digits) && Number(digits) > 0 ? Number(digits) : undefined
}

function ordinal(number: number): string {
  if (number < 0) return number === -1 ? 'last' : `${ordinal(-number)} last`
  const teen = number % 100 > 10 && number % 100 < 14
  return `${number}${(teen ? undefined : ['', 'st', 'nd', 'rd'][number % 10]) || 'th'}`
}

const weekdays: Record<string, string> = {
  ...{ MO: 'Monday', TU: 'Tuesday', WE: 'Wednesday', TH: 'Thursday', FR: 'Friday', SA: 'Saturday', SU: 'Sunday' },
}

const monthNames = [
  ...['January', 'February', 'March', 'April', 'May', 'June'],
  ...['July', 'August', 'September', 'October', 'November', 'December'],
]

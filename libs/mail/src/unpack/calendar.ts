/** What an invitation says, in words: RFC 5545, and who answers what by RFC 5546. Rules are told, never expanded. */
import { decodeText } from '../mime/charset.ts'
import { cleanText } from '../text.ts'
import { type ContentLine, contentLines, unescapeText } from './content-lines.ts'
import { recurrenceInWords } from './recurrence.ts'

export type Calendar = {
  /** `request`, `reply`, `cancel`, `publish` and the others of RFC 5546; undefined when it does not say. */
  method: string | undefined
  kind: 'event' | 'task' | 'journal' | 'free_busy'
  summary: string | undefined
  /** As it says: `2026-03-02T10:00` in its zone; a date alone when it is of the whole day, `end` then the last one. */
  start: CalendarTime | undefined
  end: CalendarTime | undefined
  location: string | undefined
  organizer: Person | undefined
  attendees: (Person & { answer: string | undefined })[]
  recurrence: string | undefined
  description: string | undefined
  /** Further events of the same file, which are not told. */
  more: number
}

export type CalendarTime = { at: string; zone: string | undefined }
export type Person = { name: string; address: string }

/** Undefined when there is nothing of a calendar in it. */
export function readCalendar(bytes: Buffer, charset?: string): Calendar | undefined {
  const { text } = decodeText(bytes.subarray(0, readLimit), charset)
  const found = components(text)
  const first = found.components.find(({ kind }) => kind === 'VEVENT') ?? found.components[0]
  if (!first) return undefined
  const { lines } = first
  const value = (name: string, length: number) => shown(lines.find((line) => line.name === name)?.value, length)
  const start = timeOf(lines.find(({ name }) => name === 'DTSTART'))
  const rule = lines.find(({ name }) => name === 'RRULE')
  return {
    method: found.method,
    kind: kinds[first.kind]!,
    ...{ summary: value('SUMMARY', 1000), start, end: endOf(lines, start), location: value('LOCATION', 1000) },
    organizer: peopleOf(lines, 'ORGANIZER')[0]?.person,
    attendees: peopleOf(lines, 'ATTENDEE').map(({ person, answer }) => ({ ...person, answer })),
    recurrence: rule && recurrenceInWords(rule.value),
    description: value('DESCRIPTION', 64_000),
    more: found.components.length - 1 + found.unread,
  }
}

const readLimit = 1024 * 1024
const lineLimit = 20_000
const peopleLimit = 500

const kinds: Record<string, Calendar['kind']> = {
  ...{ VEVENT: 'event', VTODO: 'task', VJOURNAL: 'journal', VFREEBUSY: 'free_busy' },
}

type Component = { kind: string; lines: ContentLine[] }

/** Events and what is like them; their alarms and the definitions of zones are read over. */
function components(text: string): { method: string | undefined; components: Component[]; unread: number } {
  const read: Component[] = []
  let [unread, depth] = [0, 0]
  let method: string | undefined
  let open: Component | undefined
  for (const line of contentLines(text, lineLimit)) {
    const { name } = line
    const value = line.value.trim().toUpperCase()
    if (name === 'BEGIN') {
      depth++
      if (depth === 2 && value in kinds) {
        open = { kind: value, lines: [] }
        if (read.length < 50) read.push(open)
        else unread++
      }
    } else if (name === 'END') {
      if (depth === 2) open = undefined
      depth = Math.max(0, depth - 1)
    } else if (open && depth === 2) open.lines.push(line)
    else if (depth === 1 && name === 'METHOD') method = /^[A-Z-]{1,30}$/.test(value) ? value.toLowerCase() : undefined
  }
  return { method, components: read, unread }
}

function shown(value: string | undefined, length: number): string | undefined {
  return value === undefined ? undefined : cleanText(unescapeText(value.slice(0, length)).trim()) || undefined
}

/* When */

function timeOf(line: ContentLine | undefined): CalendarTime | undefined {
  const found = line && /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d\d(Z?))?$/.exec(line.value.trim())
  if (!found) return undefined
  const [, year, month, day, hour, minute, utc] = found
  const date = `${year}-${month}-${day}`
  if (hour === undefined) return { at: date, zone: undefined }
  const zone = utc ? 'UTC' : shown(line.parameters.get('TZID'), 100)
  return { at: `${date}T${hour}:${minute}`, zone }
}

function endOf(lines: ContentLine[], start: CalendarTime | undefined): CalendarTime | undefined {
  const told = timeOf(lines.find(({ name }) => name === 'DTEND' || name === 'DUE'))
  const duration = lines.find(({ name }) => name === 'DURATION')?.value
  const end = told ?? (start && duration ? moved(start, minutesOf(duration)) : undefined)
  // Of whole days the end is the day behind the last one (§3.6.1).
  return end && !end.at.includes('T') ? moved(end, -24 * 60) : end
}

function minutesOf(duration: string): number {
  const found = /^\+?P(?:(\d{1,4})W)?(?:(\d{1,4})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:\d{1,7}S)?)?$/.exec(
    duration.trim(),
  )
  const [weeks = 0, days = 0, hours = 0, minutes = 0] = (found ?? []).slice(1).map((digits) => Number(digits ?? 0))
  return ((weeks * 7 + days) * 24 + hours) * 60 + minutes
}

/** By the clock on the wall: the zone is not known to us, only to who reads it. */
function moved({ at, zone }: CalendarTime, minutes: number): CalendarTime | undefined {
  const [date, time = '00:00'] = at.split('T')
  const moment = new Date(Date.parse(`${date}T${time}Z`) + minutes * 60_000)
  if (Number.isNaN(moment.getTime())) return undefined
  return { at: moment.toISOString().slice(0, at.length), zone }
}

/* Who */

function peopleOf(lines: ContentLine[], name: string): { person: Person; answer: string | undefined }[] {
  const found = lines.filter((line) => line.name === name).slice(0, peopleLimit)
  return found.map(({ value, parameters }) => ({
    person: {
      name: shown(parameters.get('CN'), 255) ?? '',
      address: shown((parameters.get('EMAIL') ?? value).replace(/^mailto:/i, ''), 320) ?? '',
    },
    answer: answers[parameters.get('PARTSTAT')?.toUpperCase() ?? ''],
  }))
}

const answers: Record<string, string> = {
  ...{ ACCEPTED: 'accepted', DECLINED: 'declined', TENTATIVE: 'tentative', DELEGATED: 'delegated' },
}

/* In words */

/** As lines for a person who reads the letter; a letter may have no other text. */
export function calendarText(calendar: Calendar): string {
  const { summary, recurrence, location, organizer, attendees, description, more } = calendar
  const lines = [
    `${titles[calendar.method ?? ''] ?? kindNames[calendar.kind]}: ${summary ?? '(no title)'}`,
    line('When', whenText(calendar)),
    line('Repeats', recurrence),
    line('Where', location?.replaceAll('\n', ', ')),
    line('Organizer', organizer && personText(organizer)),
    line('Attendees', attendees.length > 0 ? attendeesText(attendees) : undefined),
    more > 0 ? `${more} more in the attached file.` : undefined,
  ]
  return [lines.filter(Boolean).join('\n'), description].filter(Boolean).join('\n\n')
}

const titles: Record<string, string> = {
  ...{ request: 'Invitation', reply: 'Answer to an invitation', cancel: 'Cancelled', counter: 'Another time proposed' },
  ...{ refresh: 'Asks for the newest version', declinecounter: 'Other time declined', add: 'Added to an event' },
}

const kindNames = { event: 'Event', task: 'Task', journal: 'Note', free_busy: 'Free and busy times' }

function line(label: string, text: string | undefined): string | undefined {
  return text ? `${label}: ${text}` : undefined
}

function whenText({ start, end }: Calendar): string | undefined {
  if (!start) return end && `until ${timeText(end)}`
  if (!end || (end.at === start.at && end.zone === start.zone)) return timeText(start)
  if (end.zone !== start.zone) return `${timeText(start)} – ${timeText(end)}`
  const sameDay = start.at.includes('T') && start.at.slice(0, 10) === end.at.slice(0, 10)
  return `${start.at.replace('T', ' ')} – ${timeText({ at: sameDay ? end.at.slice(11) : end.at, zone: end.zone })}`
}

function timeText({ at, zone }: CalendarTime): string {
  return at.replace('T', ' ') + (zone ? ` (${zone})` : '')
}

function personText({ name, address }: Person): string {
  return name && name !== address ? `${name} <${address}>` : address
}

function attendeesText(attendees: Calendar['attendees']): string {
  const named = attendees.slice(0, 50).map((one) => personText(one) + (one.answer ? ` (${one.answer})` : ''))
  const rest = attendees.length - named.length
  return [...named, ...(rest > 0 ? [`${rest} more`] : [])].join(', ')
}

import { expect, test } from 'vitest'
import { calendarText, readCalendar } from './calendar.ts'
import { eachMutation } from './mutations.ts'
import { recurrenceInWords } from './recurrence.ts'

const event = (lines: string[], method = 'REQUEST') =>
  Buffer.from(
    ['BEGIN:VCALENDAR', `METHOD:${method}`, 'BEGIN:VEVENT', ...lines, 'END:VEVENT', 'END:VCALENDAR', ''].join('\r\n'),
  )

const textOf = (bytes: Buffer) => calendarText(readCalendar(bytes)!)

const invitation = event([
  'SUMMARY:Move of the\\, server',
  'DTSTART;TZID=Europe/Prague:20260302T100000',
  'DTEND;TZID=Europe/Prague:20260302T113000',
  'LOCATION:Room 5\\nBrno',
  'ORGANIZER;CN="Novák; Jana":mailto:jana@acme.example',
  'ATTENDEE;PARTSTAT=ACCEPTED;CN=Petr:MAILTO:petr@desk.example',
  'ATTENDEE;PARTSTAT=NEEDS-ACTION;CN=support@desk.exa',
  ' mple:mailto:support@desk.example',
  'RRULE:FREQ=WEEKLY;BYDAY=MO;UNTIL=20260330T100000Z',
  'DESCRIPTION:Please bring\\na key.',
  'BEGIN:VALARM',
  'DESCRIPTION:Reminder',
  'END:VALARM',
])

test('an invitation is told in words', () => {
  expect(textOf(invitation)).toBe(
    `Invitation: Move of the, server
When: 2026-03-02 10:00 – 11:30 (Europe/Prague)
Repeats: every week, on Monday, until 2026-03-30
Where: Room 5, Brno
Organizer: Novák; Jana <jana@acme.example>
Attendees: Petr <petr@desk.example> (accepted), support@desk.example

Please bring
a key.`,
  )
})

test('who answers what is known', () => {
  const reply = event(['SUMMARY:Move', 'ATTENDEE;PARTSTAT=DECLINED:mailto:jana@acme.example'], 'REPLY')
  expect(readCalendar(reply)).toMatchObject({
    method: 'reply',
    attendees: [{ address: 'jana@acme.example', name: '', answer: 'declined' }],
  })
  expect(textOf(reply)).toBe('Answer to an invitation: Move\nAttendees: jana@acme.example (declined)')
})

test('a cancelled event is told as one', () => {
  expect(textOf(event(['SUMMARY:Move', 'DTSTART:20260302T100000Z'], 'CANCEL'))).toBe(
    'Cancelled: Move\nWhen: 2026-03-02 10:00 (UTC)',
  )
})

test.each([
  ['a whole day', ['DTSTART;VALUE=DATE:20260302', 'DTEND;VALUE=DATE:20260303'], '2026-03-02'],
  ['two whole days', ['DTSTART;VALUE=DATE:20260228', 'DTEND;VALUE=DATE:20260302'], '2026-02-28 – 2026-03-01'],
  ['over midnight', ['DTSTART:20260302T230000', 'DURATION:PT1H30M'], '2026-03-02 23:00 – 2026-03-03 00:30'],
  [
    'between zones',
    ['DTSTART;TZID=A:20260302T230000', 'DTEND;TZID=B:20260302T230000'],
    '2026-03-02 23:00 (A) – 2026-03-02 23:00 (B)',
  ],
  ['no readable time', ['DTSTART:tomorrow'], undefined],
])('the time of an event of %s', (_, lines, when) => {
  expect(textOf(event(['SUMMARY:x', ...lines])).split('When: ')[1]).toBe(when)
})

test.each([
  ['FREQ=DAILY;COUNT=10', 'every day, 10 times'],
  ['FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE', 'every 2 weeks, on Monday, Wednesday'],
  ['FREQ=MONTHLY;BYDAY=2TU', 'every month, on the 2nd Tuesday'],
  ['FREQ=MONTHLY;BYDAY=-1FR', 'every month, on the last Friday'],
  ['FREQ=MONTHLY;BYMONTHDAY=1,22,-1', 'every month, on the 1st, 22nd, last day'],
  ['FREQ=YEARLY;BYMONTH=3;BYDAY=1MO', 'every year, on the 1st Monday, in March'],
  ['FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1', 'every month, on Monday, Tuesday, by further rules in the file'],
  ['FREQ=SECONDLY;COUNT=999999999', 'every second, 999999999 times'],
  ['FREQ=NEVER', undefined],
])('the rule %s in words', (rule, words) => {
  expect(recurrenceInWords(rule)).toBe(words)
})

test('lines that are none, and an end that is missing, do not hide the rest', () => {
  const broken =
    'garbage\nBEGIN:VCALENDAR\nBEGIN:VEVENT\nno colon here\nSUMMARY:Still told\nORGANIZER;CN="x:mailto:a@b.test'
  expect(readCalendar(Buffer.from(broken))).toMatchObject({ summary: 'Still told', organizer: { address: 'a@b.test' } })
})

test('other words than of a calendar are none', () => {
  expect(readCalendar(Buffer.from('SUMMARY:x\nBEGIN:VEVENT\nEND:VEVENT\n'))).toBeUndefined()
  expect(readCalendar(Buffer.alloc(0))).toBeUndefined()
})

test('more events and more attendees than are told are counted', () => {
  const many = event([
    'SUMMARY:first',
    ...Array.from({ length: 60 }, (_, at) => `ATTENDEE:mailto:a${at}@b.test`),
    'END:VEVENT',
    ...Array.from({ length: 99 }, () => 'BEGIN:VEVENT\r\nSUMMARY:next\r\nEND:VEVENT'),
    'BEGIN:VEVENT',
  ])
  expect(textOf(many)).toMatch(/, a49@b\.test, 10 more\n100 more in the attached file\.$/)
})

test('any bytes give a result', () => {
  eachMutation([invitation], (bytes) => {
    const calendar = readCalendar(bytes)
    if (calendar) expect(calendarText(calendar).length).toBeLessThan(4000)
  })
})

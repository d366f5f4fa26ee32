/** Daily digests are due at this hour. */
const hour = 8
const anHour = 60 * 60 * 1_000

/** The next moment after `now` when clocks in that zone show eight in the morning. */
export function nextMorning(timeZone: string, now = new Date()): Date {
  const shown = clockIn(timeZone, now)
  const wanted = Math.floor(shown / (24 * anHour)) * 24 * anHour + hour * anHour
  const morning = momentOf(timeZone, wanted)
  return morning > now ? morning : momentOf(timeZone, wanted + 24 * anHour)
}

/** Looked up there and not here: clocks may be put forward or back in between. No zone does that at eight. */
function momentOf(timeZone: string, shown: number): Date {
  const guess = new Date(shown)
  const near = new Date(shown - (clockIn(timeZone, guess) - shown))
  return new Date(near.getTime() - (clockIn(timeZone, near) - shown))
}

/** What clocks in that zone show, as if it were UTC; in milliseconds. */
function clockIn(timeZone: string, at: Date): number {
  const part = Object.fromEntries(
    clockOf(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  )
  return Date.UTC(part.year!, part.month! - 1, part.day, part.hour, part.minute, part.second)
}

/** Kept: one costs more than all that is asked of it. */
const clocks = new Map<string, Intl.DateTimeFormat>()

function clockOf(timeZone: string): Intl.DateTimeFormat {
  const known = clocks.get(timeZone)
  if (known) return known
  const form = { dateStyle: 'short', timeStyle: 'medium', hourCycle: 'h23' } as const
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone, ...form })
  clocks.set(timeZone, clock)
  return clock
}

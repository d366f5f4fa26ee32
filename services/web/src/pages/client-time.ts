/** A moment as clients read it: in their language, and in the time zone that TIME_ZONE names. */
export function clientTime(language: string, timeZone: string, time: Date): string {
  // The English of Europe: day before month, 24 hours.
  const locale = language === 'en' ? 'en-GB' : language
  const format = new Intl.DateTimeFormat(locale, {
    ...({ year: 'numeric', month: 'long', day: 'numeric', hour: '2-digit', minute: '2-digit' } as const),
    ...{ timeZone, timeZoneName: 'short' },
  })
  return format.format(time)
}

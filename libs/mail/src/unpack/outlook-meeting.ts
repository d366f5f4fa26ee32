/** Meetings that Outlook sends as winmail.dat: no part of text/calendar is in such a letter ([MS-OXOCAL] §2.2.1). */
import type { Calendar, CalendarTime } from './calendar.ts'
import { type Properties, propertyDate } from './mapi.ts'
import type { Tnef } from './tnef.ts'

/** Undefined when the letter is about no meeting. */
export function meetingOf({ message_class, subject, properties }: Tnef): Calendar | undefined {
  const found = /^IPM\.(?:Microsoft )?Schedule\.(?:Meeting\.)?(Request|MtgReq|Cancel|MtgCncl|Resp|MtgResp)/i.exec(
    message_class,
  )
  const isAppointment = /^IPM\.Appointment/i.test(message_class)
  const start = timeOf(properties, 0x0060)
  if (!found && !(isAppointment && start)) return undefined
  const word = found?.[1]?.toLowerCase() ?? ''
  return {
    method: /req/.test(word) ? 'request' : /canc|cncl/.test(word) ? 'cancel' : word ? 'reply' : undefined,
    ...{ kind: 'event', summary: subject || undefined, start, end: timeOf(properties, 0x0061) },
    ...{ location: undefined, organizer: undefined, attendees: [], recurrence: undefined },
    ...{ description: undefined, more: 0 },
  }
}

function timeOf(properties: Properties['values'], id: number): CalendarTime | undefined {
  const date = propertyDate(properties.get(id))
  return date && { at: date.toISOString().slice(0, 16), zone: 'UTC' }
}

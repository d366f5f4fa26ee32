/** Amazon SES tells of bounces in JSON, one letter each, folded and at times wrapped in another JSON's string. */
import { type Recipient, recipient } from './recipient.ts'

/** The JSON as one line; undefined when the words are none of a bounce's. */
export function notificationIn(words: string): string | undefined {
  const json = words.replaceAll('\\"', '"').replace(/!?\n */g, '')
  return /"(?:notificationType|eventType)" ?: ?"(?:Bounce|Delivery)"/.test(json) ? json : undefined
}

export function notifiedRecipients(words: string): Recipient[] {
  const json = notificationIn(words)
  if (!json) return []
  const bounced = json.match(/\{[^{}]*"emailAddress":[^{}]*\}/g) ?? []
  if (bounced.length > 0) {
    return bounced.map((entry) => {
      const [action, status, text = ''] = ['action', 'status', 'diagnosticCode'].map((name) => field(entry, name))
      return recipient(field(entry, 'emailAddress'), { action, status, diagnostic: text, text })
    })
  }
  const delivered = /"recipients":\[([^\]]*)\]/.exec(json)?.[1]?.match(/[^",]+/g) ?? []
  return delivered.map((address) => recipient(address, { action: 'delivered', text: field(json, 'smtpResponse') }))
}

function field(json: string, name: string): string {
  return new RegExp(`"${name}":"([^"]*)"`).exec(json)?.[1] ?? ''
}

/** Delivery status notifications as RFC 3464 has them, and as they are found in the text of less careful programs. */
import { type Header, headerValue, parseHeader } from '../headers.ts'
import { entityText } from '../mime/entity-text.ts'
import { type Recipient, recipient } from './recipient.ts'
import type { Parts } from './take-apart.ts'

/** The first report that names anybody; where there is none, the words of the server may be one. */
export function reportedRecipients({ leaves, words }: Parts): Recipient[] {
  for (const leaf of leaves.filter(({ type }) => type === 'message/delivery-status')) {
    const recipients = readReport(entityText(leaf, reportLimit))
    if (recipients.length > 0) return recipients
  }
  return readReport(words)
}

const reportLimit = 1024 * 1024

/** One recipient a group of fields (RFC 3464 §2.3); a group without a recipient is about the whole letter. */
function readReport(report: string): Recipient[] {
  const found = report
    .split(/\n[ \t]*\n/)
    .filter((group) => /-recipient[ \t]{0,9}:/i.test(group))
    .flatMap(groupsIn)
    .flatMap((group) => {
      const address = recipientOf(group)
      if (!address) return []
      const [action, status, text = ''] = ['action', 'status', 'diagnostic-code'].map((name) =>
        headerValue(group, name),
      )
      return recipient(address, { action, status, diagnostic: text.replace(/^\s*[a-z0-9-]{1,40}\s*;\s*/i, ''), text })
    })
  return unique(found)
}

/** Some forget the blank line between two recipients. */
function groupsIn(block: string): Header[] {
  const groups: Header[] = [[]]
  for (const field of parseHeader(Buffer.from(block))) {
    if (field.name === 'final-recipient' && headerValue(groups.at(-1)!, field.name) !== undefined) groups.push([])
    groups.at(-1)!.push(field)
  }
  return groups
}

/** RFC 3464 §2.3.1 and §2.3.2: the address as we know it first, then what the servers made of it. */
function recipientOf(group: Header): string | undefined {
  if (headerValue(group, 'final-recipient') === undefined && headerValue(group, 'original-recipient') === undefined) {
    return undefined
  }
  const named = ['original-recipient', 'final-recipient', 'x-actual-recipient'].map((name) => {
    const value = headerValue(group, name)?.slice(0, 1_000) ?? ''
    return (
      /^\s*[a-z0-9-]+\s*;\s*(?:[^<]*<)?([^\s<>;]+@[^\s<>;]+)/i.exec(value)?.[1] ??
      /<?([^\s<>;]+@[^\s<>;]+)/.exec(value)?.[1]
    )
  })
  return named.find((address) => address !== undefined)
}

function unique(recipients: Recipient[]): Recipient[] {
  return [...new Map(recipients.map((one) => [one.address.toLowerCase(), one])).values()]
}

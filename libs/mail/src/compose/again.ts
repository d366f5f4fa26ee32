/**
 * A letter of ours under another Message-ID and date, to be signed anew: its signatures spoke of the old ones. All else,
 * what it answers and what it brings, stays byte for byte.
 *
 * @param messageId without angle brackets
 */
export function againAs(source: Buffer, { messageId, date }: { messageId: string; date: Date }): Buffer {
  const end = source.indexOf('\r\n\r\n')
  const fields = source.toString('latin1', 0, end).split(/\r\n(?![ \t])/)
  const header = fields
    .filter((field) => !/^dkim-signature:/i.test(field))
    .map((field) => {
      if (/^message-id:/i.test(field)) return `Message-ID: <${messageId}>`
      if (/^date:/i.test(field)) return `Date: ${date.toUTCString().replace('GMT', '+0000')}`
      return field
    })
  return Buffer.concat([Buffer.from(header.join('\r\n'), 'latin1'), source.subarray(end)])
}

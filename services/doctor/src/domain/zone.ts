/** A line for a zone file (RFC 1035 §5.1). Long texts are split, as one string holds 255 bytes. */
export function zoneLine(name: string, type: 'MX' | 'TXT' | 'PTR' | 'A', value: string): string {
  return `${name}. 3600 IN ${type} ${type === 'TXT' ? quoted(value) : value}`
}

function quoted(text: string): string {
  const strings = text.match(/.{1,250}/gs) ?? ['']
  return strings.map((string) => `"${string.replace(/(["\\])/g, '\\$1')}"`).join(' ')
}

/** `a=1; b=2` of DKIM and DMARC records (RFC 6376 §3.2). */
export function readTags(record: string): Record<string, string> {
  const pairs = record.split(';').map((tag) => tag.split(/=(.*)/s).map((part) => part.trim()))
  return Object.fromEntries(pairs.filter(([name]) => name).map(([name, value = '']) => [name!.toLowerCase(), value]))
}

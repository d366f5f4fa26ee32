/** A line of bytes: from `start` up to `end`, without its line end; the next begins at `next`. */
export type Line = { start: number; end: number; next: number }

export function lineAt(bytes: Buffer, start: number): Line {
  const feed = bytes.indexOf(0x0a, start)
  const next = feed < 0 ? bytes.length : feed + 1
  const end = feed < 0 ? bytes.length : feed
  return { start, end: bytes[end - 1] === 0x0d && end > start ? end - 1 : end, next }
}

export function isLineStart(bytes: Buffer, at: number): boolean {
  return at === 0 || (at > 0 && bytes[at - 1] === 0x0a)
}

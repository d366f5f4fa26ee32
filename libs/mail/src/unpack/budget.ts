const MiB = 1024 * 1024

/** What unpacking one letter may still take (rules §7). `left` is shared by all that is unpacked from one letter. */
export type Budget = {
  left: {
    bytes: number
    attachments: number
    /** Control words of RTF: each costs as much as many bytes of text; two megabytes of HTML have fewer. */
    controls: number
  }
  depth: number
}

/** A file that was wrapped in something. Its name and type are as found: whoever shows them cleans them. */
export type UnpackedFile = { filename: string; type: string; content: Buffer; content_id?: string }

export function budgetFor(letterBytes: number): Budget {
  const bytes = Math.min(128 * MiB, Math.max(64 * MiB, 4 * letterBytes))
  return { left: { bytes, attachments: 1000, controls: 500_000 }, depth: 3 }
}

/** The budget of what is inside; undefined where things are wrapped too often to go on. */
export function deeper({ left, depth }: Budget): Budget | undefined {
  return depth > 0 ? { left, depth: depth - 1 } : undefined
}

/** Takes a file from the budget; false when it is used up. */
export function admits({ left }: Budget, bytes: number): boolean {
  if (left.attachments < 1 || bytes > left.bytes) return false
  left.attachments--
  left.bytes -= bytes
  return true
}

/**
 * Which letters a mail program shows as one conversation: REFERENCES of RFC 5256 §3, as far as References and In-Reply-To
 * lead. Its steps 5 and 6, which guess by subjects what the headers do not say, would hide faults of ours.
 */
export type Threaded = { messageId: string; inReplyTo?: string | undefined; references?: string | string[] | undefined }

/** @returns Message-IDs by the root of their thread */
export function threadsOf(letters: Threaded[]): Map<string, Set<string>> {
  const parent = new Map<string, string>()
  const rootOf = (id: string): string => {
    const above = parent.get(id)
    return above === undefined ? id : rootOf(above)
  }
  const put = (below: string, above: string) => {
    // Step 1B: a link that would close a circle is not made.
    if (!parent.has(below) && rootOf(above) !== below) parent.set(below, above)
  }
  for (const { messageId, inReplyTo, references } of letters) {
    const named = [references ?? []].flat()
    const chain = named.length > 0 ? named : [inReplyTo ?? []].flat().slice(0, 1)
    for (const [i, id] of chain.entries()) if (i > 0) put(id, chain[i - 1]!)
    // Step 1C: the last one named is the parent, whatever was believed before.
    const last = chain.at(-1)
    parent.delete(messageId)
    if (last !== undefined) put(messageId, last)
  }
  const threads = new Map<string, Set<string>>()
  for (const { messageId } of letters) {
    const root = rootOf(messageId)
    threads.set(root, (threads.get(root) ?? new Set()).add(messageId))
  }
  return threads
}

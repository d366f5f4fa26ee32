/** Automatic replies: those with a label, and every ordinary letter of the corpus, none of which may be called one. */
import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { atTheDoor, lettersIn, understandFile } from './letters.ts'
import type { Report } from './report.ts'

export async function runAutoReply(folder: string): Promise<Report[]> {
  const labelled = ['chatwoot', 'discourse', 'sisimai'].map((source) => labelReport(folder, source))
  return [...labelled, ordinaryReport(folder), doorReport(folder)]
}

type Label = { auto_reply?: boolean; bounce?: boolean; list?: boolean; auto_generated?: boolean }

function labelReport(folder: string, source: string): Report {
  const at = join(folder, 'auto-reply', source)
  const labels = Object.entries(JSON.parse(readFileSync(join(at, 'labels.json'), 'utf8')) as Record<string, Label>)
  const found = labels.flatMap(([name, label]) => {
    const expected = kindOf(label)
    const seen = understandFile(join(at, name)).kind
    return seen === expected ? [] : [{ case: name, expected, seen }]
  })
  return { source: `auto-reply, ${source}`, cases: labels.length, differences: found }
}

function kindOf({ auto_reply, bounce, list, auto_generated }: Label): string {
  if (bounce) return 'bounce'
  if (auto_reply) return 'auto_reply'
  return list ? 'list' : auto_generated ? 'auto_generated' : 'letter'
}

/** What people wrote, or lists and shops sent: all letters of the sources that have other purposes. */
function ordinaryReport(folder: string): Report {
  const letters = ['charset', 'parse', 'thread'].flatMap((name) => lettersIn(join(folder, name)))
  const found = letters.flatMap((path) => {
    const { kind, evidence } = understandFile(path)
    if (kind !== 'auto_reply' && kind !== 'challenge') return []
    const name = relative(folder, path)
    const because = differences[name]
    return [{ case: name, expected: 'no automatic reply', seen: `${kind}: ${evidence}`, ...(because && { because }) }]
  })
  return { source: 'auto-reply, ordinary letters', cases: letters.length, differences: found }
}

/** The same at the door: nobody's letter may be kept silent about, as a bounce neither. */
function doorReport(folder: string): Report {
  const letters = ['charset', 'parse', 'thread'].flatMap((name) => lettersIn(join(folder, name)))
  const found = letters.flatMap((path) => {
    const { kind, evidence } = atTheDoor(path)
    if (kind !== 'auto_reply' && kind !== 'bounce') return []
    const name = relative(folder, path)
    const because = differences[name]
    return [{ case: name, expected: 'taken', seen: `${kind}: ${evidence}`, ...(because && { because }) }]
  })
  return { source: 'auto-reply, ordinary letters at the door', cases: letters.length, differences: found }
}

const differences: Record<string, string> = {
  'charset/mailcore2/summary/input/2113-formatting.eml': 'It is a complaint, in a report of RFC 5965.',
  'parse/enmime/mail/multipart-wo-boundary.raw':
    'It is a bounce: from a mail server by its name, with the subject of one.',
  'thread/notmuch/threading/ghost-root/1532672447.R3166642290392477575.len_2,S':
    'It is one: a receipt of a ticket system ("AutoReply:" behind its number), whose header is silent (against RFC 3834 §3.1.7).',
}

/**
 * Reads letters where they can do no harm: in a process of their own, with a deadline and a limit of memory. Any bytes
 * give a letter; one that is stopped there gives what can be read without effort, and a warning.
 */
import type { Inspection, Origin } from '../inspect.ts'
import type { ParsedLetter } from '../parse.ts'
import type { Job } from './child.ts'
import { nothingRead, nothingSeen } from './plain.ts'
import { type Done, openPool, type Pool, type PoolOptions, type Trouble } from './pool.ts'

export type Reader = {
  /** Text, HTML and attachments. @throws Error when no process can be started: no fault of the letter */
  read(raw: Buffer): Promise<ParsedLetter>
  /** All that we see in it (docs/inspect.md). @throws as `read` */
  inspect(raw: Buffer, origin?: Origin): Promise<Inspection>
  /** Finishes what is under way, and ends the processes. */
  close(): Promise<void>
}

export type ReaderOptions = Partial<Omit<PoolOptions, 'script'>> & {
  /** Hears why a letter was not read in full: something of ours is to be mended then. */
  onTrouble?: (trouble: Trouble, detail: string) => void
}

export function openReader(options: ReaderOptions = {}): Reader {
  const { workers = 1, deadlineMs = 10_000, memoryMiB = 512, onTrouble } = options
  const script = new URL('./child.ts', import.meta.url)
  return readerOn(openPool({ script, workers, deadlineMs, memoryMiB }), onTrouble)
}

export function readerOn(pool: Pool<Job, unknown>, onTrouble: ReaderOptions['onTrouble'] = () => {}): Reader {
  async function attempt<Result>(job: Job): Promise<Done<Result>> {
    const first = await pool.run(job)
    // Ended by somebody else, and not by the letter, unless it happens again.
    const done = !first.ok && first.trouble === 'ended' ? await pool.run(job) : first
    if (!done.ok) onTrouble(done.trouble, done.detail)
    return done as Done<Result>
  }

  async function read(raw: Buffer): Promise<ParsedLetter> {
    const full = await attempt<ParsedLetter>({ ask: 'letter', raw })
    if (full.ok) return full.result
    const plain = await attempt<ParsedLetter>({ ask: 'plain letter', raw })
    return warned(plain.ok ? plain.result : nothingRead(), full.trouble, plain.ok)
  }

  async function inspect(raw: Buffer, origin?: Origin): Promise<Inspection> {
    const full = await attempt<Inspection>({ ask: 'inspection', raw, origin })
    if (full.ok) return full.result
    const plain = await attempt<Inspection>({ ask: 'plain inspection', raw, origin })
    return warned(plain.ok ? plain.result : nothingSeen(), full.trouble, plain.ok)
  }

  return { read, inspect, close: pool.close }
}

function warned<Seen extends { warnings: string[] }>(seen: Seen, trouble: Trouble, plain: boolean): Seen {
  const shown = plain ? 'Only the beginning of its text is shown' : 'Nothing of it is shown'
  return { ...seen, warnings: [...seen.warnings, `${reasons[trouble]} ${shown}; all of it is in the raw letter.`] }
}

const reasons: Record<Trouble, string> = {
  deadline: 'Reading this letter took too long and was stopped.',
  memory: 'Reading this letter took too much memory and was stopped.',
  error: 'This letter could not be read.',
  ended: 'This letter could not be read.',
}

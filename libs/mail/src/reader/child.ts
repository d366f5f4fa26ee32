/** What a reader's process runs: letters in, what we see in them out. */
import { inspectLetter, type Origin } from '../inspect.ts'
import { parseLetter } from '../parse.ts'
import { answerJobs } from './answer.ts'
import { inspectPlainly, parsePlainly } from './plain.ts'

export type Job = { ask: keyof typeof answers; raw: Buffer; origin?: Origin | undefined }

const answers = {
  letter: ({ raw }: Job) => parseLetter(raw),
  inspection: ({ raw, origin }: Job) => inspectLetter(raw, origin),
  'plain letter': ({ raw }: Job) => parsePlainly(raw),
  'plain inspection': ({ raw, origin }: Job) => inspectPlainly(raw, origin),
}

answerJobs((job: Job) => answers[job.ask](job))

import { afterAll, expect, test } from 'vitest'
import { inspectLetter } from '../inspect.ts'
import { parseLetter } from '../parse.ts'
import type { Job } from './child.ts'
import { inspectPlainly, parsePlainly } from './plain.ts'
import type { Done, Trouble } from './pool.ts'
import { openReader, readerOn } from './reader.ts'

const raw = Buffer.from(
  'Subject: Fire\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nIt burns.\n--b\n\nx\n--b--\n',
)
const reader = openReader()
afterAll(() => reader.close())

test('a letter read in another process is the same letter', async () => {
  expect(await reader.read(raw)).toEqual(await parseLetter(raw))
  expect(await reader.inspect(raw, { mailFrom: '' })).toEqual(await inspectLetter(raw, { mailFrom: '' }))
})

test.each([
  ['deadline', 'Reading this letter took too long and was stopped.'],
  ['memory', 'Reading this letter took too much memory and was stopped.'],
  ['error', 'This letter could not be read.'],
] as const)('of a letter stopped for %s, header and text are shown, with a warning', async (trouble, reason) => {
  const heard: string[] = []
  const { read, inspect } = readerOn(poolThat({ fails: ['letter', 'inspection'], trouble }), (what) => heard.push(what))
  const warnings = [`${reason} Only the beginning of its text is shown; all of it is in the raw letter.`]
  expect(await read(raw)).toMatchObject({ text: 'It burns.', attachments: [], warnings })
  expect(await inspect(raw)).toMatchObject({ subject: 'Fire', text: 'It burns.', html: null })
  expect((await inspect(raw)).warnings).toContain(warnings[0])
  expect(heard).toEqual([trouble, trouble, trouble])
})

test('when not even that can be read, the letter is empty, with a warning', async () => {
  const { read, inspect } = readerOn(
    poolThat({ fails: ['letter', 'inspection', 'plain letter', 'plain inspection'], trouble: 'deadline' }),
  )
  const warnings = [
    'Reading this letter took too long and was stopped. Nothing of it is shown; all of it is in the raw letter.',
  ]
  expect(await read(raw)).toMatchObject({ text: '', html: undefined, attachments: [], warnings })
  expect(await inspect(raw)).toMatchObject({ subject: '', kind: 'letter', text: '', warnings })
})

test('a process that was killed from outside costs the letter nothing', async () => {
  let kills = 0
  const killedOnce = {
    ...poolThat({ fails: [], trouble: 'ended' }),
    run: async () =>
      kills++ === 0
        ? { ok: false as const, trouble: 'ended' as const, detail: 'ended with SIGKILL' }
        : { ok: true as const, result: await parseLetter(raw) },
  }
  expect(await readerOn(killedOnce).read(raw)).toEqual(await parseLetter(raw))
})

test('the beginning of a letter is read without what follows', () => {
  const long = Buffer.from(`Subject: Long\n\n${'word '.repeat(1_000_000)}`)
  expect(parsePlainly(long).text).toHaveLength(16_000)
  expect(inspectPlainly(long)).toMatchObject({ subject: 'Long', kind: 'letter' })
  expect(parsePlainly(Buffer.alloc(0)).text).toBe('')
})

/** A pool that does its work here, except what fails. */
function poolThat({ fails, trouble }: { fails: Job['ask'][]; trouble: Trouble }) {
  const answers = { letter: parseLetter, inspection: inspectLetter, 'plain letter': parsePlainly }
  return {
    async run({ ask, raw }: Job): Promise<Done<unknown>> {
      if (fails.includes(ask)) return { ok: false, trouble, detail: 'as the test wants it' }
      return { ok: true, result: await { ...answers, 'plain inspection': inspectPlainly }[ask](raw) }
    },
    close: async () => {},
  }
}

import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, rm, utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fileLetterStore, rowLimit } from './letters.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podatelna-letters-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const large = Buffer.alloc(3 * rowLimit, 'Good day. ')

test('a small letter stays in memory, for its row; a large one is a file, and the same one twice is one file', async () => {
  const store = fileLetterStore(folder)
  const small = store.begin()
  await small.write(Buffer.from('Hello'))
  expect(await small.keep()).toMatchObject({ raw: Buffer.from('Hello'), bytes: 5 })
  for (let time = 1; time <= 2; time++) {
    const draft = store.begin()
    for (let at = 0; at < large.length; at += 65_536) await draft.write(large.subarray(at, at + 65_536))
    const { raw, sha256 } = await draft.keep()
    expect(raw).toBeNull()
    expect(await buffer(store.read(sha256))).toEqual(large)
  }
  expect(
    (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()),
  ).toHaveLength(1)
})

test('what is forgotten leaves no file behind', async () => {
  const place = join(folder, 'forgotten')
  const draft = fileLetterStore(place).begin()
  await draft.write(large)
  await draft.discard()
  expect(await readdir(join(place, 'unfinished'))).toEqual([])
})

test('a disk that becomes full within a letter fails it: half a letter is never kept', () => {
  // A limit on the size of files acts as a full disk does: the write that reaches it writes a part of its bytes.
  const script = `
    import { fileLetterStore } from ${JSON.stringify(join(import.meta.dirname, 'letters.ts'))}
    const draft = fileLetterStore(${JSON.stringify(join(folder, 'full'))}).begin()
    try {
      for (let chunk = 0; chunk < 4; chunk++) await draft.write(Buffer.alloc(65536))
      console.log('kept', (await draft.keep()).bytes)
    } catch ({ code }) {
      console.log('refused', code)
    }`
  const limited = `trap '' XFSZ; ulimit -f 500; exec "$0" --input-type=module-typescript --eval "$1"`
  const { stdout, stderr } = spawnSync('sh', ['-c', limited, process.execPath, script], { encoding: 'utf8' })
  expect(stdout + stderr).toBe('refused EFBIG\n')
})

test('what was left unfinished a day ago is tidied away, what is being received is not', async () => {
  const place = join(folder, 'tidy')
  const [left, current] = [fileLetterStore(place).begin(), fileLetterStore(place).begin()]
  await left.write(large)
  const [old] = await readdir(join(place, 'unfinished'))
  const yesterday = new Date(Date.now() - 25 * 3_600_000)
  await utimes(join(place, 'unfinished', old!), yesterday, yesterday)
  await current.write(large)
  await fileLetterStore(place).tidy()
  expect(await readdir(join(place, 'unfinished'))).toHaveLength(1)
  await Promise.all([left.discard(), current.discard()])
})

test('a letter that was kept within the hour is not removed, whoever says that nobody needs it', async () => {
  const store = fileLetterStore(join(folder, 'kept'))
  const draft = store.begin()
  await draft.write(large)
  const { sha256 } = await draft.keep()
  await store.remove(sha256)
  expect(await buffer(store.read(sha256))).toEqual(large)
})

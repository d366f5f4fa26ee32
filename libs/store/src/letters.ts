import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'

/** Letters up to this size live in their database row; larger ones in a file named by their SHA-256. */
export const rowLimit = 128 * 1024

export type LetterStore = {
  /** A letter being received. Nothing is in the store until `keep` has returned. */
  begin(): LetterDraft
  /** Makes a file of the letter durable under its SHA-256, whatever its size. Again is harmless. */
  put(content: Buffer, sha256: Buffer): Promise<void>
  /** @param range first and last byte; absent: all of it */
  read(sha256: Buffer, range?: { start: number; end: number }): Readable
  /**
   * Deletes a large letter that nobody needs, unless it was kept within the hour: somebody may be about to need it.
   *
   * @param now also then: it is known that nobody is
   */
  remove(sha256: Buffer, now?: 'now'): Promise<void>
  /** Deletes what processes that were killed left unfinished, a day after. */
  tidy(): Promise<void>
}

export type LetterDraft = {
  /** Takes the next bytes; memory holds at most `rowLimit` of them. */
  write(chunk: Buffer): Promise<void>
  /** How many bytes came so far. */
  readonly bytes: number
  /** The bytes so far, from memory or from the unfinished file. */
  contents(): Buffer | Readable
  /** Makes a large letter durable (fsync of file and folder) and gives what belongs into the row. */
  keep(): Promise<{ raw: Buffer | null; sha256: Buffer; bytes: number }>
  /** Forgets an unfinished letter. Harmless after `keep`. */
  discard(): Promise<void>
}

/** A folder of large letters: `ab/cdef…`, content-addressed, so that keeping the same letter twice is harmless. */
export function fileLetterStore(folder: string): LetterStore {
  return {
    begin: () => new Draft(folder),
    put: (content, sha256) => put(folder, content, sha256),
    read: (sha256, range) => createReadStream(pathOf(folder, sha256), range),
    remove: (sha256, now) => removeOlder(pathOf(folder, sha256), now ? -Infinity : hourMs),
    async tidy() {
      const unfinished = join(folder, 'unfinished')
      const names = await readdir(unfinished).catch(() => [])
      await Promise.all(names.map((name) => removeOlder(join(unfinished, name), 24 * hourMs)))
    },
  }
}

const hourMs = 3_600_000

async function removeOlder(file: string, age: number): Promise<void> {
  const found = await stat(file).catch(() => undefined)
  if (found && Date.now() - found.mtimeMs > age) await rm(file, { force: true })
}

class Draft implements LetterDraft {
  readonly #folder: string
  readonly #hash = createHash('sha256')
  readonly #draftPath: string
  #chunks: Buffer[] = []
  #file: FileHandle | undefined
  #bytes = 0

  constructor(folder: string) {
    this.#folder = folder
    this.#draftPath = join(folder, 'unfinished', randomUUID())
  }

  get bytes(): number {
    return this.#bytes
  }

  async write(chunk: Buffer): Promise<void> {
    this.#hash.update(chunk)
    this.#bytes += chunk.length
    this.#chunks.push(chunk)
    if (this.#bytes > rowLimit) await this.#spill()
  }

  contents(): Buffer | Readable {
    return this.#file ? createReadStream(this.#draftPath) : Buffer.concat(this.#chunks)
  }

  async keep() {
    const sha256 = this.#hash.copy().digest()
    if (!this.#file) return { raw: Buffer.concat(this.#chunks), sha256, bytes: this.#bytes }
    await this.#file.sync()
    await this.#file.close()
    await settle(this.#folder, this.#draftPath, sha256)
    return { raw: null, sha256, bytes: this.#bytes }
  }

  async discard(): Promise<void> {
    if (!this.#file) return
    await this.#file.close().catch(() => {})
    await rm(this.#draftPath, { force: true })
  }

  async #spill(): Promise<void> {
    if (!this.#file) {
      await mkdir(dirname(this.#draftPath), { recursive: true })
      this.#file = await open(this.#draftPath, 'wx')
    }
    // Not `writev`: on a full disk it writes a part, and says so in a number only.
    for (const chunk of this.#chunks.splice(0)) await this.#file.appendFile(chunk)
  }
}

async function put(folder: string, content: Buffer, sha256: Buffer): Promise<void> {
  const draft = join(folder, 'unfinished', randomUUID())
  await mkdir(dirname(draft), { recursive: true })
  const file = await open(draft, 'wx')
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
  await settle(folder, draft, sha256)
}

/** Gives a finished file its name, durably. Its time is new, too: see `remove`. */
async function settle(folder: string, draft: string, sha256: Buffer): Promise<void> {
  const path = pathOf(folder, sha256)
  const made = await mkdir(dirname(path), { recursive: true })
  await rename(draft, path)
  await syncFolder(dirname(path))
  if (made) await syncFolder(folder)
}

/** A new name in a folder, be it a file's or another folder's, is only durable once that folder itself is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function pathOf(folder: string, sha256: Buffer): string {
  const name = sha256.toString('hex')
  return join(folder, name.slice(0, 2), name.slice(2))
}

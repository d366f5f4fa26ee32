import { existsSync } from 'node:fs'
import { resolve } from 'node:path'

const folder = resolve(import.meta.dirname, '../..', process.env.CORPUS_DIR ?? '../shared/corpus')

/** The folder of real and hostile letters, which is not part of this repository. */
export function corpusDir(): string | undefined {
  return existsSync(folder) ? folder : undefined
}

/** Why the tests over the corpus are skipped: `test.skipIf(!corpusDir())` or `skip(corpusAbsent)`. */
export const corpusAbsent = `The corpus is not in ${folder}; set CORPUS_DIR to where it is.`

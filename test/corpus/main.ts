/**
 * `npm run corpus -- auth`: our code over the corpus of real and hostile mail, section by section, and where it differs
 * from what is expected there. Fails when a difference has no reason.
 */
import { corpusAbsent, corpusDir } from '../world/corpus.ts'
import { runAuth } from './auth.ts'
import { runAutoReply } from './auto-reply.ts'
import { runBounce } from './bounce.ts'
import { runCharset } from './charset.ts'
import { runCrypto } from './crypto.ts'
import { runEnmime } from './enmime.ts'
import { runFold } from './fold.ts'
import { runParse } from './parse.ts'
import { isExplained, print, type Report } from './report.ts'
import { runSecurity } from './security.ts'
import { runStalwart } from './stalwart.ts'
import { runTnef } from './tnef.ts'

const sections: Record<string, (folder: string) => Promise<Report[]>> = {
  auth: runAuth,
  'auto-reply': runAutoReply,
  bounce: runBounce,
  charset: runCharset,
  crypto: runCrypto,
  fold: runFold,
  enmime: runEnmime,
  parse: runParse,
  security: runSecurity,
  stalwart: runStalwart,
  tnef: runTnef,
}

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !(name in sections))
const folder = corpusDir()

if (unknown.length > 0) {
  process.stderr.write(`There is no section ${unknown.join(', ')}; there is ${Object.keys(sections).join(', ')}.\n`)
  process.exitCode = 2
} else if (!folder) {
  process.stderr.write(`${corpusAbsent}\n`)
  process.exitCode = 2
} else {
  for (const name of asked.length > 0 ? asked : Object.keys(sections)) {
    const reports = await sections[name]!(folder)
    process.stdout.write(print(reports))
    if (!reports.every(isExplained)) process.exitCode = 1
  }
}

import { expect, test } from 'vitest'
import { corpusAbsent, corpusDir } from '../world/corpus.ts'
import { runAutoReply } from './auto-reply.ts'
import { runBounce } from './bounce.ts'
import { runCharset } from './charset.ts'
import { runCrypto } from './crypto.ts'
import { runEnmime } from './enmime.ts'
import { runFold } from './fold.ts'
import { runParse } from './parse.ts'
import type { Report } from './report.ts'
import { runStalwart } from './stalwart.ts'
import { runTnef } from './tnef.ts'

const folder = corpusDir()
const found = folder ? 'corpus found' : corpusAbsent

test.skipIf(!folder)(`returned letters are known and read as their suites say (${found})`, async () => {
  const reports = await runBounce(folder!)
  expect(unexplained(reports)).toEqual([])
  const shares = reports.map(({ cases, differences }) => 1 - differences.length / cases)
  const goals = [0.995, 0.98, 0, 0.97, 1]
  expect(shares.map((share, at) => share >= goals[at]!)).toEqual([true, true, true, true, true])
})

test.skipIf(!folder)(`automatic replies are known, and nothing else is taken for one (${found})`, async () => {
  expect(unexplained(await runAutoReply(folder!))).toEqual([])
})

test.skipIf(!folder)(`every byte becomes the right text (${found})`, async () => {
  expect(unexplained(await runCharset(folder!))).toEqual([])
})

test.skipIf(!folder)(`every file of the corpus is read, in time (${found})`, async () => {
  expect(unexplained(await runParse(folder!))).toEqual([])
})

test.skipIf(!folder)(`letters are read as Stalwart's parser reads them, or better (${found})`, async () => {
  const reports = await runStalwart(folder!)
  expect(unexplained(reports)).toEqual([])
  const [cases, differing] = [sum(reports.map((one) => one.cases)), sum(reports.map((one) => one.differences.length))]
  expect(1 - differing / cases).toBeGreaterThan(0.95)
})

test.skipIf(!folder)(`letters with a defect lose neither text nor files (${found})`, async () => {
  expect(unexplained(await runEnmime(folder!))).toEqual([])
})

test.skipIf(!folder)(`every file of winmail.dat is found, by name and size (${found})`, async () => {
  expect(unexplained(await runTnef(folder!))).toEqual([])
})

test.skipIf(!folder)(`signed and encrypted letters are known for what they are (${found})`, async () => {
  expect(unexplained(await runCrypto(folder!))).toEqual([])
})

test.skipIf(!folder)(`what an author wrote now is found in replies, and no character is lost (${found})`, async () => {
  const reports = await runFold(folder!)
  expect(unexplained(reports)).toEqual([])
  const replies = reports.filter(({ source }) => !/lost|is folded$|as text$/.test(source))
  const agree = replies.map(({ cases, differences }) => cases - differences.length).reduce((sum, one) => sum + one)
  expect(agree / replies.map(({ cases }) => cases).reduce((sum, one) => sum + one)).toBeGreaterThanOrEqual(0.93)
})

function sum(numbers: number[]): number {
  return numbers.reduce((total, one) => total + one, 0)
}

function unexplained(reports: Report[]) {
  return reports.flatMap(({ differences }) => differences.filter(({ because }) => !because))
}

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { classifyWhole, readHeader, returnPath, type Understanding, understand } from '@podatelna/mail'

/** The letters of a folder of the corpus, sorted; their licences, explanations and expected values are no letters. */
export function lettersIn(folder: string): string[] {
  const files = globSync('**', { cwd: folder, withFileTypes: true }).filter((entry) => entry.isFile())
  const paths = files.map((entry) => join(entry.parentPath, entry.name))
  return paths.filter((path) => !/(\/README\.md|\/LICENSE[^/]*|\.json|\.yml)$/.test(path)).sort()
}

/** What we make of a letter; its envelope is what the last server noted of it. */
export function understandLetter(raw: Buffer): Understanding {
  const header = readHeader(raw)
  const mailFrom = returnPath(header) ?? 'unknown'
  return understand(raw, header, { mailFrom }, { keys: [], mailDomain: '' })
}

/** What the door would make of it, were it sent to us today, in answer to nothing. */
export function atTheDoor(path: string) {
  const raw = readFileSync(path)
  const header = readHeader(raw)
  const envelope = { mailFrom: returnPath(header) ?? 'unknown', answersUs: false }
  return classifyWhole(raw, header, envelope, { keys: [], mailDomain: '' })
}

export function understandFile(path: string): Understanding {
  return understandLetter(readFileSync(path))
}

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readHeader, returnPath, type Understanding, understand } from '@podatelna/mail'

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

export function understandFile(path: string): Understanding {
  return understandLetter(readFileSync(path))
}

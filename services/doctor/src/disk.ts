import { access, constants, open, rm, stat, statfs } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { letterFolder, type Settings } from '@podatelna/runtime'
import { type Finding, fault, ok, warning } from './finding.ts'

const gibibyte = 2 ** 30

/** Room, and the right to write durably, in the data folder and where large letters are kept. */
export async function checkDisk(settings: Settings): Promise<Finding[]> {
  const folders = [
    { subject: 'data folder', folder: resolve(settings.DATA_DIR), setting: 'DATA_DIR' },
    { subject: 'letter store', folder: resolve(letterFolder(settings)), setting: 'LETTER_STORE' },
  ]
  return Promise.all(folders.map(checkFolder))
}

type Folder = { subject: string; folder: string; setting: string }

async function checkFolder({ subject, folder, setting }: Folder): Promise<Finding> {
  const existing = await nearestExisting(folder)
  const problem = existing === folder ? await writeProblem(folder) : await entryProblem(existing)
  if (problem) {
    return fault(subject, `${folder} cannot be written (${problem}).`, {
      why: 'Large letters are put off with 451, and no first start succeeds.',
      change: `Give the account that runs Podatelna the right to write there, or choose another ${setting}.`,
    })
  }
  const { bavail, bsize, files, ffree } = await statfs(existing)
  const free = (bavail * bsize) / gibibyte
  const room = `${free.toFixed(1)} GiB free in ${folder}${existing === folder ? '' : ', which the first start makes'}`
  if (files > 0 && ffree / files < 0.01) return lacking(fault, subject, 'less than 1 % of its files (inodes) are left.')
  if (free < 0.25) return lacking(fault, subject, `only ${room}.`)
  return free < 2 ? lacking(warning, subject, `only ${room}.`) : ok(subject, `${room}; writable.`)
}

function lacking(report: typeof warning, subject: string, says: string): Finding {
  return report(subject, says, {
    why: 'On a full disk every letter is put off with 451 until its sender gives up.',
    change: 'Make room, or move the folder to a larger disk.',
  })
}

/** A folder is made at the first start, below what is there already. */
async function nearestExisting(path: string): Promise<string> {
  const exists = await stat(path).then(
    () => true,
    () => false,
  )
  return exists || path === dirname(path) ? path : nearestExisting(dirname(path))
}

/** As a letter is kept: written, and on the disk. */
async function writeProblem(folder: string): Promise<string | undefined> {
  const file = join(folder, `doctor-${process.pid}.probe`)
  try {
    const handle = await open(file, 'wx')
    try {
      await handle.writeFile('Podatelna')
      await handle.sync()
    } finally {
      await handle.close()
    }
    return undefined
  } catch (error) {
    return (error as NodeJS.ErrnoException).code
  } finally {
    await rm(file, { force: true }).catch(() => {})
  }
}

async function entryProblem(folder: string): Promise<string | undefined> {
  return access(`${folder}/.`, constants.W_OK).then(
    () => undefined,
    (error: NodeJS.ErrnoException) => error.code,
  )
}

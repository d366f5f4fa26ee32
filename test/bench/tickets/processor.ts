import { readFileSync } from 'node:fs'

/**
 * Milliseconds of processor time that a database server has used so far. Unlike the clock it does not count what else the
 * machine does. NaN where there is no /proc.
 *
 * @param database absent: for all of them
 */
export function serverTime(serverPid: number, database?: string): number {
  try {
    const children = readFileSync(`/proc/${serverPid}/task/${serverPid}/children`, 'utf8').split(' ').filter(Boolean)
    const counted = children.filter((pid) => database === undefined || worksOn(pid, database))
    const ended = database === undefined ? ticks(String(serverPid)).ended : 0
    return (ended + counted.reduce((sum, pid) => sum + ticks(pid).own, 0)) * msPerTick
  } catch {
    return Number.NaN
  }
}

/** The same of one process. */
export function processTime(pid: number): number {
  try {
    return ticks(String(pid)).own * msPerTick
  } catch {
    return Number.NaN
  }
}

/** The same of one process and those it started. */
export function familyTime(pid: number): number {
  return processTime(pid) + serverTime(pid)
}

/** The same of this process. */
export function ownTime(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

/** A server's process says whom it serves: `postgres: user database host activity`. */
function worksOn(pid: string, database: string): boolean {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(` ${database} `)
}

/** Of a process, and of its children that have ended (proc_pid_stat(5): utime, stime, cutime, cstime). */
function ticks(pid: string): { own: number; ended: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
  return { own: fields[11]! + fields[12]!, ended: fields[13]! + fields[14]! }
}

/** Linux tells of all processor time in hundredths of a second, whatever its kernel counts in. */
const msPerTick = 10

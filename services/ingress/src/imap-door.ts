/**
 * The IMAP door, for desks whose mail arrives elsewhere: letters are collected from there one by one, and each is marked
 * or moved only after its commit. Whatever breaks in between makes us collect it again; its dedupe key makes that harmless.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { Admission, Door } from '@podatelna/admission'
import type { ImapAccount, Logger, Metrics, Settings } from '@podatelna/runtime'
import { isDatabaseAway } from '@podatelna/store'
import { type Connection, connect } from './imap-connection.ts'
import { collectLetter } from './imap-letter.ts'
import { backOff, Tries } from './imap-tries.ts'

export function openImapDoor(house: House, account: ImapAccount): { close(): Promise<void> } {
  const stopping = new AbortController()
  const log = house.log.child({ account: account.name })
  // From the start: a database that is away now is the time when somebody looks.
  house.metrics.imapConnected.set({ account: account.name }, 0)
  const work = keepCollecting({ ...house, log, account, tries: new Tries() }, stopping.signal)
  return {
    async close() {
      stopping.abort()
      await work
    },
  }
}

type House = { door: Door; settings: Settings; log: Logger; metrics: Metrics }
type Desk = House & { account: ImapAccount; tries: Tries }

/** Whatever happens to the server, the database or the network: after a while everything begins anew. */
async function keepCollecting(desk: Desk, stop: AbortSignal): Promise<void> {
  let failures = 0
  while (!stop.aborted) {
    const began = Date.now()
    try {
      await collectAlone(desk, stop)
      await pause(askAgainMs, stop)
    } catch (error) {
      desk.log.warn({ cause: causeOf(error) }, 'letters cannot be collected now')
      failures = Date.now() - began > steadyMs ? 1 : failures + 1
      await pause(backOff(failures), stop)
    }
  }
}

/** Of several processes one collects from an account; the others ask now and then whether it is still there. */
async function collectAlone(desk: Desk, stop: AbortSignal): Promise<void> {
  const claim = await desk.door.store.claim(`imap ${desk.account.name}`)
  if (!claim) return
  try {
    await collect(desk, AbortSignal.any([stop, claim.lost]))
  } finally {
    await claim.release()
  }
}

async function collect(desk: Desk, over: AbortSignal): Promise<void> {
  const { account, settings, metrics, log, tries } = desk
  const connection = await connect(account, settings.IMAP_DONE, over)
  const connected = metrics.imapConnected.labels(account.name)
  connected.set(1)
  log.info('collecting letters')
  try {
    while (!over.aborted) {
      await goRound(desk, connection, over)
      await connection.news(Math.min(tries.wait(Date.now()), lookEveryMs), over)
    }
  } finally {
    connected.set(0)
    await connection.close()
  }
}

async function goRound(desk: Desk, connection: Connection, over: AbortSignal): Promise<void> {
  const letters = new Map((await connection.waiting()).map((uid) => [connection.nameOf(uid), uid]))
  desk.tries.keepOnly(letters)
  for (const name of desk.tries.due([...letters.keys()], Date.now())) {
    if (over.aborted) return
    await takeLetter(desk, connection, letters.get(name)!)
  }
}

async function takeLetter(desk: Desk, connection: Connection, uid: number): Promise<void> {
  try {
    const collected = await collectLetter({ ...desk, client: connection.client }, uid)
    if (collected === 'gone') return
    if ('unfit' in collected) return await giveUp(desk, connection, uid, collected.unfit)
    note(desk, collected)
    await connection.finish(uid)
    desk.metrics.imapLetters.inc({ account: desk.account.name, outcome: 'taken' })
  } catch (error) {
    if (isAway(error)) throw error
    // Also when the connection broke: it may do so each time at this very letter.
    await tryLater(desk, connection, uid, causeOf(error))
    if (!connection.client.usable) throw error
  }
}

async function tryLater(desk: Desk, connection: Connection, uid: number, reason: string): Promise<void> {
  const { account, log, metrics, tries } = desk
  if (tries.failed(connection.nameOf(uid), Date.now())) return giveUp(desk, connection, uid, reason)
  metrics.imapLetters.inc({ account: account.name, outcome: 'later' })
  log.warn({ uid, reason }, 'letter stays where it is, to be tried again')
}

/** Nobody is told: the sender's server is gone, and a letter to whoever From names would go to the victim of a forger. */
async function giveUp(desk: Desk, connection: Connection, uid: number, reason: string): Promise<void> {
  const { account, log, metrics, tries } = desk
  tries.giveUp(connection.nameOf(uid))
  metrics.imapLetters.inc({ account: account.name, outcome: 'failed' })
  log.error({ uid, reason }, 'letter cannot be collected; it stays where it is, flagged')
  await connection.flag(uid)
}

function note({ log, metrics }: Desk, { mailId: mail, disposition, reason, answer }: Admission): void {
  metrics.letters.inc({ disposition })
  log.info({ mail, disposition, code: answer.code, reason }, 'letter collected')
}

/** The database or the disk: no fault of the letter, and all others would fare the same. */
function isAway(error: unknown): boolean {
  return isDatabaseAway(error) || (error as NodeJS.ErrnoException).syscall !== undefined
}

/** imapflow says "Command failed", and beside it what the server said. */
function causeOf(error: unknown): string {
  const { responseText } = error as { responseText?: string }
  return responseText ? `${error} (${responseText})` : String(error)
}

async function pause(ms: number, stop: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal: stop }).catch(() => {})
}

/** News may get lost, and IDLE must begin anew at least every 29 minutes (RFC 2177 §3). */
const lookEveryMs = 240_000
const askAgainMs = 5_000
/** After so long a connection counts as one that worked. */
const steadyMs = 60_000

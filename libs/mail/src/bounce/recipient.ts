import { oneLine } from '../text.ts'
import { isPassing, isStillTried } from './phrases.ts'

/** What became of one recipient's copy. */
export type Recipient = {
  address: string
  action: Action
  /** RFC 3463, for example `5.1.1`; when only an SMTP code is known, its class: `5.0.0`. */
  status: string | undefined
  /** The answer of the SMTP server that refused. */
  code: number | undefined
  /** It would fail again: class 5 (RFC 3463 §3.1). Otherwise it is still tried, or something passing lasted too long. */
  permanent: boolean
  /** What the server says about it, in one line. */
  diagnostic: string | undefined
}

/**
 * RFC 3464 §2.3.3:
 *
 * - `failed`: given up
 * - `delayed`: not delivered yet, still tried
 * - `delivered`: it is with the recipient
 * - `relayed`, `expanded`: handed on, and no more will be heard of it
 */
export const actions = ['failed', 'delayed', 'delivered', 'relayed', 'expanded'] as const
export type Action = (typeof actions)[number]

/** A status in a sentence; neither part of an IP address nor of a version (`5.1.1.1`, `v5.1.2`, `x-4.1.0`). */
const statusPattern = /(?:^|[\s#("'>:-])([245]\.\d{1,3}\.\d{1,3})(?![\d.]{0,20}\d)/g
const codePattern = /(?:^|[\s(:;"'>#])([245]\d\d)(?=[\s,-]|$)/g

/** What fields say of a recipient, and in which words; of many lines of words the one that counts is looked for. */
export type Said = {
  action?: string | undefined
  status?: string | undefined
  diagnostic?: string | undefined
  text: string
}

/** The recipient by what is said of it, the last thing that counts first: a status of its own beats the one in a sentence. */
export function recipient(address: string, said: Said): Recipient {
  const text = said.text.slice(0, textLimit)
  const stated = said.status?.match(/[245]\.\d{1,3}\.\d{1,3}/)?.[0]
  const found = [...text.matchAll(statusPattern)].map((match) => match[1]!)
  const codes = [...text.matchAll(codePattern)].map((match) => Number(match[1]))
  const named = isVague(stated) ? (failing(found) ?? stated) : stated
  const code = codes.find((candidate) => candidate >= 400)
  const status = named ?? (code === undefined ? undefined : `${Math.floor(code / 100)}.0.0`)
  const final = named ? named.startsWith('5') : code === undefined ? !isPassing(text) : code >= 500
  const action = actions.find((one) => one === said.action?.trim().toLowerCase()) ?? guessedAction(named, final, text)
  const diagnostic = oneLine(said.diagnostic ?? sayingLine(text), diagnosticLimit) || undefined
  return { address, action, status, code, permanent: final && action === 'failed', diagnostic }
}

/** The line with the code or the status, in a text of many. */
function sayingLine(text: string): string {
  return text.split('\n').find((line) => /(^|[^\d.])[45](\d\d[\s-]|\.\d{1,3}\.\d)/.test(line)) ?? ''
}

const diagnosticLimit = 300

/** More than a server has to say of one recipient. */
const textLimit = 64 * 1024

function guessedAction(status: string | undefined, final: boolean, text: string): Action {
  if (status?.startsWith('2')) return 'delivered'
  return !final && isStillTried(text) ? 'delayed' : 'failed'
}

/** `5.0.0` says only that something failed (RFC 3463 §3.1). */
function isVague(status: string | undefined): boolean {
  return status === undefined || /^\d\.0\.0$/.test(status)
}

function failing(statuses: string[]): string | undefined {
  return statuses.find((status) => !isVague(status) && !status.startsWith('2')) ?? statuses[0]
}

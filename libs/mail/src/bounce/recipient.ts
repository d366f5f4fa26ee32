/** What became of one recipient's copy. */
export type Recipient = {
  address: string
  /** RFC 3463, for example `5.1.1`; when only an SMTP code is known, its class: `5.0.0`. */
  status: string | undefined
  /** The answer of the SMTP server that refused. */
  code: number | undefined
  /** It would fail again: class 5 (RFC 3463 §3.1). Otherwise it is still tried, or something passing lasted too long. */
  permanent: boolean
}

/** A status in a sentence; neither part of an IP address nor of a version (`5.1.1.1`, `v5.1.2`, `x-4.1.0`). */
const statusPattern = /(?:^|[\s#("'>:-])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)/g
const codePattern = /(?:^|[\s(:;"'>])([245]\d\d)(?=[\s,-]|$)/g

/** The recipient by what is said of it, the last thing that counts first: a status of its own beats the one in a sentence. */
export function recipient(address: string, said: { status?: string | undefined; text: string }): Recipient {
  const stated = said.status?.match(/[245]\.\d{1,3}\.\d{1,3}/)?.[0]
  const found = [...said.text.matchAll(statusPattern)].map((match) => match[1]!)
  const codes = [...said.text.matchAll(codePattern)].map((match) => Number(match[1]))
  const status = isVague(stated) ? (failing(found) ?? stated) : stated
  const code = codes.find((candidate) => candidate >= 400)
  return {
    address,
    status: status ?? (code === undefined ? undefined : `${Math.floor(code / 100)}.0.0`),
    code,
    permanent: isPermanent(status, code, said.text),
  }
}

/** `5.0.0` says only that something failed (RFC 3463 §3.1). */
function isVague(status: string | undefined): boolean {
  return status === undefined || /^\d\.0\.0$/.test(status)
}

function failing(statuses: string[]): string | undefined {
  return statuses.find((status) => !isVague(status) && !status.startsWith('2')) ?? statuses[0]
}

function isPermanent(status: string | undefined, code: number | undefined, text: string): boolean {
  if (status) return status.startsWith('5')
  if (code !== undefined) return code >= 500
  return !passing.test(text)
}

/** What a mail server says while it keeps the letter, or when it kept it for too long. */
const passing =
  /\b(will (be |continue to )?(try|retry|retried)|still being retried|only a temporary|temporarily|deferred|(is|been|message) delayed|retry timeout exceeded|failing for a long time|warning message only)\b/i

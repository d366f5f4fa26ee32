/** Mailboxes on other servers that letters are collected from, as they stand in IMAP_URL. */
import { isIP } from 'node:net'
import { z } from 'zod'

export type ImapAccount = {
  host: string
  port: number
  /** TLS from the first byte; otherwise STARTTLS, except on this machine. */
  tls: 'from the start' | 'STARTTLS' | 'none'
  user: string
  password: string
  folder: string
  /** For logs and metrics: all but the password. */
  name: string
}

/** What it says when it is wrong does not repeat it: there are passwords in it. */
export const imapAccounts = z
  .string()
  .default('')
  .transform((value, context) => {
    const accounts = value.split(',').flatMap((item) => (item.trim() ? [readImapUrl(item.trim())] : []))
    if (!accounts.includes(undefined)) return accounts.filter((account) => account !== undefined)
    context.addIssue(
      'is no list of URLs like imaps://user:password@imap.example.com/INBOX; within them write @ as %40, a comma as %2C.',
    )
    return z.NEVER
  })

/** Undefined when it is not `imaps://user:password@host/folder`; port and folder have defaults. */
function readImapUrl(written: string): ImapAccount | undefined {
  if (!URL.canParse(written)) return undefined
  const { protocol, hostname, port, username, password, pathname, search, hash } = new URL(written)
  if (!/^imaps?:$/.test(protocol) || !hostname || !username || !password || search || hash) return undefined
  try {
    const host = hostname.replace(/^\[|\]$/g, '')
    const user = decodeURIComponent(username)
    const folder = decodeURIComponent(pathname.slice(1)) || 'INBOX'
    const tls = protocol === 'imaps:' ? 'from the start' : isHere(host) ? 'none' : 'STARTTLS'
    const at = Number(port) || (protocol === 'imaps:' ? 993 : 143)
    const name = `${user}@${host}:${at}/${folder}`
    return { host, port: at, tls, user, password: decodeURIComponent(password), folder, name }
  } catch {
    return undefined
  }
}

export function isHere(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

/** Who brings text messages to telephones, as it stands in SMS_URL. */
import { z } from 'zod'
import { isHere } from './imap.ts'

export type SmsProvider = SmppAccount | HttpGateway

/** A message centre that speaks SMPP 3.4. */
export type SmppAccount = {
  kind: 'smpp'
  host: string
  port: number
  tls: boolean
  systemId: string
  password: string
  systemType: string
  /** Bits of the number that holds the parts of one text together (3GPP TS 23.040 §9.2.3.24.1, §9.2.3.24.8). */
  reference: 8 | 16
}

export type HttpGateway = { kind: 'http'; url: string }

/** What it says when it is wrong does not repeat it: there is a password in it. */
export const smsProvider = z
  .string()
  .transform((value, context): SmsProvider => {
    const provider = URL.canParse(value) ? readUrl(new URL(value)) : undefined
    if (provider) return provider
    context.addIssue(
      'is neither smpp://system_id:password@host:port, with ?system_type=… and ?reference=16 at most, nor smpps:// the same, nor the https:// address of a gateway; within it write @ as %40.',
    )
    return z.NEVER
  })
  .optional()

function readUrl(url: URL): SmsProvider | undefined {
  if (url.hash) return undefined
  if (/^smpps?:$/.test(url.protocol)) return readSmpp(url)
  // A secret goes along with each text; plain HTTP is for a gateway on this machine.
  const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && isHere(bare(url.hostname)))
  return isSafe && !url.username && !url.password ? { kind: 'http', url: url.href } : undefined
}

function readSmpp({ protocol, hostname, port, username, password, pathname, searchParams }: URL) {
  const { system_type: systemType = '', reference = '8', ...others } = Object.fromEntries(searchParams)
  if (!hostname || !username || !/^\/?$/.test(pathname) || Object.keys(others).length > 0) return undefined
  if (reference !== '8' && reference !== '16') return undefined
  const tls = protocol === 'smpps:'
  try {
    return {
      kind: 'smpp',
      host: bare(hostname),
      port: Number(port) || (tls ? 3550 : 2775),
      tls,
      systemId: decodeURIComponent(username),
      password: decodeURIComponent(password),
      systemType,
      reference: reference === '8' ? 8 : 16,
    } as const
  } catch {
    return undefined
  }
}

function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '')
}

/** Names of what a gateway is sent (`to`, `from`, `text`, `reference`) and answers (`id`, and of a receipt `status`). */
const words = ['to', 'from', 'text', 'reference', 'id', 'status'] as const
export type SmsFields = Record<(typeof words)[number], string>

export const smsFields = z
  .string()
  .default('')
  .transform((value, context): SmsFields => {
    const fields = Object.fromEntries(words.map((word) => [word, word])) as SmsFields
    for (const item of value.split(',').flatMap((item) => item.trim() || [])) {
      const [, word, name] = /^(\w+)=([\w.-]{1,60})$/.exec(item) ?? []
      const known = words.find((one) => one === word)
      if (known && name) fields[known] = name
      else context.addIssue(`"${item}" is not like to=recipient; our names are ${words.join(', ')}.`)
    }
    return fields
  })

/**
 * Who a text is from: a number as in +420601000000, a short one of 3 to 8 digits, or up to eleven letters and digits, which
 * cannot be answered.
 */
export const smsFrom = z
  .string()
  .regex(/^(\+[1-9]\d{6,14}|\d{3,8}|(?=.*[a-z])[a-z\d][a-z\d .&_-]{0,10})$/i, {
    error:
      'is neither a number like +420601000000, nor a short one of 3 to 8 digits, nor a name of at most 11 letters.',
  })
  .optional()

/** A field of what a gateway says, within others when its name has dots: `messages.0.id`. */
export function smsField(said: unknown, path: string): string | undefined {
  let value = said
  for (const name of path.split('.')) value = Object(value)[name]
  const text = typeof value === 'number' ? String(value) : value
  return typeof text === 'string' && text.trim() !== ''
    ? text.replaceAll('\0', '').toWellFormed().trim().slice(0, 100)
    : undefined
}

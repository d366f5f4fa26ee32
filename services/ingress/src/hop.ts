/** Whose server handed a letter over: the one that connected, or the one before our own relay (rules §1.3). */

import { isIP } from 'node:net'
import type { ArrivedLetter } from '@podatelna/admission'
import { type Header, headerValue } from '@podatelna/mail'
import type { Networks } from '@podatelna/runtime'
import type { SMTPServerSession } from 'smtp-server'

type Peer = ArrivedLetter['peer']

/**
 * For a letter that came through a relay of ours. A relay says who was before it by XCLIENT or XFORWARD, or else in the
 * `Received` line it added. When it does not, or names one of our relays, the peer is nobody: SPF then proves nothing.
 */
export function hopBefore(session: SMTPServerSession, header: Header, relays: Networks): Peer {
  const hop = announced(session) ?? readReceived(headerValue(header, 'received') ?? '') ?? nobody
  return relays.includes(hop.address) ? nobody : hop
}

/** XCLIENT or XFORWARD, as the relay sent it for this letter; an address it calls unavailable is nobody's. */
function announced(session: SMTPServerSession): Peer | undefined {
  const said = [session.xClient, session.xForward].find((attributes) => attributes?.has('ADDR'))
  if (!said) return undefined
  const address = said.get('ADDR')
  return address ? { address: String(address), helo: String(said.get('HELO') || session.hostNameAppearsAs) } : nobody
}

/**
 * The connection a `Received` line tells of (RFC 5321 §4.4), in the words of Postfix and Sendmail, Exim, and Exchange. The
 * name the client gave itself stands in the same line: whatever is not exactly one of these forms is not understood.
 */
export function readReceived(line: string): Peer | undefined {
  for (const form of forms) {
    const { helo, name = '', address = '' } = form.exec(line)?.groups ?? {}
    const plain = address.replace(/^IPv6:/i, '')
    if (isIP(plain) !== 0) return { address: plain, helo: helo ?? name }
  }
  return undefined
}

const word = '[\\w.:-]+|\\[[\\w.:]+\\]'
const literal = '\\[(?<address>[\\w.:]+)\\](?::\\d+)?'
const forms = [
  // Postfix, Sendmail: from mail.acme.cz (mx.acme.cz [192.0.2.10])
  `from (?<helo>${word}) \\((?:[\\w.-]+ )?${literal}(?: \\(may be forged\\))?\\)`,
  // Exim, whose first name is the one from DNS: from mx.acme.cz ([192.0.2.10] helo=mail.acme.cz)
  `from (?<name>[\\w.-]+) \\(${literal}(?: helo=(?<helo>${word}))?(?: ident=[\\w.-]+)?\\)`,
  // Exim, for an address without a name: from [192.0.2.10] (helo=mail.acme.cz)
  `from ${literal} \\((?:port=\\d+ )?helo=(?<helo>${word})(?: ident=[\\w.-]+)?\\)`,
  // Exchange: from mail.acme.cz (192.0.2.10) by
  `from (?<helo>${word}) \\((?<address>[\\da-fA-F.:]+)\\)`,
  // Comments may follow, about TLS for instance, but none with an address: the first one would be the client's invention.
].map((form) => new RegExp(`^${form}(?: \\((?:[^()[\\]]|\\([^()[\\]]*\\))*\\))* by `))

const nobody: Peer = { address: '', helo: '' }

/** The floor: a bare smtp-server that runs mailauth and one parse and commits one row for each letter. */
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { createResolver } from '@podatelna/admission'
import { authenticate } from 'mailauth'
import { simpleParser } from 'mailparser'
import pg from 'pg'
import { SMTPServer, type SMTPServerSession } from 'smtp-server'

const database = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 })
await database.query('CREATE TABLE letters (id bigserial PRIMARY KEY, subject text, verified boolean, raw bytea)')
const resolver = createResolver([process.env.DNS_SERVERS!])
let count = 0

const server = new SMTPServer({
  disabledCommands: ['AUTH', 'STARTTLS'],
  authOptional: true,
  disableReverseLookup: true,
  onData(stream, session, done) {
    take(stream, session).then(() => done(), done)
  },
})

async function take(stream: NodeJS.ReadableStream, session: SMTPServerSession): Promise<void> {
  const raw = await buffer(stream)
  const { mailFrom } = session.envelope
  const { dmarc } = await authenticate(raw, {
    ip: session.remoteAddress,
    helo: session.hostNameAppearsAs,
    sender: mailFrom ? mailFrom.address : '',
    mta: 'desk.test',
    resolver,
    strict: true,
    disableBimi: true,
  })
  const { subject } = await simpleParser(raw)
  const verified = dmarc !== false && dmarc.status.result === 'pass'
  await database.query('INSERT INTO letters (subject, verified, raw) VALUES ($1, $2, $3)', [subject, verified, raw])
  count++
}

server.listen(0, '127.0.0.1', () => process.send!((server.server.address() as AddressInfo).port))
process.on('message', () => process.send!(count))

/**
 * The floor: nodemailer's pool alone, given bytes that are ready. With NO_DELAY its connections send at once what is written,
 * as ours do (relay.ts); as it comes, each letter's last line waits 40 ms for an acknowledgement.
 */
import { createConnection, type Socket } from 'node:net'
import { createTransport, type SMTPPoolOptions } from 'nodemailer'
import pg from 'pg'

const transport = createTransport({
  pool: true,
  url: process.env.RELAY_URL!,
  maxConnections: 16,
  maxMessages: Number.POSITIVE_INFINITY,
  ...(process.env.NO_DELAY && { getSocket: promptly }),
} as SMTPPoolOptions & { pool: true })
const database = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 1 })
let letters: { to_address: string; envelope_from: string; source: Buffer }[] = []

process.on('message', async (ids: string[] | 'send') => {
  if (ids === 'send') {
    await Promise.all(letters.map(send))
    letters = []
    return process.send!('sent')
  }
  const { rows } = await database.query(
    'SELECT to_address, envelope_from, source FROM deliveries WHERE cause = ANY($1::uuid[])',
    [ids],
  )
  letters = rows
  process.send!(letters.length)
})
process.on('SIGTERM', () => process.exit(0))
process.send!(0)

function send({ to_address, envelope_from, source }: (typeof letters)[number]): Promise<unknown> {
  return transport.sendMail({ envelope: { from: envelope_from, to: to_address }, raw: source })
}

function promptly({ host, port }: SMTPPoolOptions, ready: (error: null, socket: { connection: Socket }) => void): void {
  const connection = createConnection({ host: host!, port: Number(port), noDelay: true })
  connection.once('connect', () => ready(null, { connection }))
}

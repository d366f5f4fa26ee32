/** Letters to a desk by the functions that its services call: judged beforehand, as DNS and keys do not know of tickets. */
import { type ArrivedLetter, admit, createResolver, type Door, judge, openDoor } from '@podatelna/admission'
import { envelope } from '@podatelna/bus'
import { mailAdmitted, subscriptions } from '@podatelna/contracts'
import { ArrivalReader, makeToken } from '@podatelna/mail'
import { type App, closeApp, openApp } from '@podatelna/process'
import { readSettings } from '@podatelna/runtime'
import { letterFiler } from '@podatelna/ticketing'
import pg from 'pg'
import { letter } from '../../world/letters.ts'
import type { Random } from '../../world/random.ts'
import type { Client, Directory, Person } from './clients.ts'
import { sentence, title } from './words.ts'

/** A desk whose letters are admitted and filed one by one, in this process. */
export type MailDesk = {
  app: App
  /** Milliseconds from the last byte to the commit that lets us answer 250, and from there to the commit of the ticket. */
  receive(draft: Written): Promise<{ admitted: number; filed: number }>
  /** Tickets to answer, whose requesters are contacts. */
  answerable(count: number): Promise<Answerable[]>
  close(): Promise<void>
}

export type Written = { from: Person; domain: string; to: string; subject: string; text: string; inReplyTo?: string }
export type Answerable = { number: string; mailbox: string; person: Person; serial: string; messageId: string }

export async function openMailDesk(env: Record<string, string>): Promise<MailDesk> {
  const app = openApp('bench', readSettings({ ...env, LOG_LEVEL: 'silent' }), env.DATABASE_URL!)
  const { store, bus, keys, reader, settings } = app
  // What follows is not our business here, but somebody has to take it.
  for (const subscription of Object.values(subscriptions))
    await bus.consume({ subscription, handle: async () => 'done' })
  const resolver = createResolver(settings.DNS_SERVERS)
  const door = openDoor({ store, bus, keys, resolver, mailDomain: settings.MAIL_DOMAIN, arcSealers: [] })
  const file = letterFiler({ store, bus, reader })
  return {
    app,
    async receive(written) {
      const arrived = await arrive(door, written)
      const start = performance.now()
      const { mailId, disposition, reason } = await admit(door, arrived)
      const admitted = performance.now()
      if (disposition !== 'admitted') throw new Error(`A letter of the bench was ${disposition}: ${reason}`)
      const outcome = await file(envelope(mailAdmitted, { mail_id: mailId }))
      if (outcome !== 'done') throw new Error(`A letter of the bench was not filed: ${JSON.stringify(outcome)}`)
      return { admitted: admitted - start, filed: performance.now() - admitted }
    },
    answerable: (count) => answerable(env.DATABASE_URL!, count),
    close: () => closeApp(app),
  }
}

/** A new question of somebody. */
export function question(random: Random, { clients, mailboxes }: Directory): Written {
  const client: Client = clients[random.rank(clients.length)]!
  const from = client.contacts[random.rank(client.contacts.length)]!
  const text = `${sentence(random, client.language, 30)}\n\n${sentence(random, client.language, 20)}\n`
  return {
    from,
    domain: client.domain,
    to: random.one(mailboxes).address,
    subject: title(random, client.language),
    text,
  }
}

/** An answer, found by its token, by what it answers, or by the number in its subject. */
export function answer(random: Random, keys: readonly string[], to: Answerable): Written {
  const { person, mailbox, number } = to
  const domain = person.email.split('@')[1]!
  const text = `${sentence(random, 'cs', 25)}\n\n> ${sentence(random, 'cs', 25)}\n`
  const written = { from: person, domain, to: mailbox, subject: 'Re: it', text }
  const way = random.below(10)
  if (way < 2) return { ...written, inReplyTo: `<${to.messageId}>` }
  if (way < 3) return { ...written, subject: `Re: P-${number}` }
  return { ...written, to: mailbox.replace('@', `+${makeToken(keys, 'thread', BigInt(to.serial))}@`) }
}

async function arrive(door: Door, { from, domain, to, inReplyTo, ...draft }: Written): Promise<ArrivedLetter> {
  const raw = await letter({ ...draft, from: `${from.name} <${from.email}>`, to, ...(inReplyTo && { inReplyTo }) })
  const reader = new ArrivalReader()
  reader.write(raw)
  const arrival = reader.finish()
  const letterDraft = door.store.letters.begin()
  await letterDraft.write(raw)
  const peer = { address: '127.0.0.1', helo: `mx.${domain}` }
  const how = { resolver: door.resolver, mta: door.mailDomain, arcSealers: door.arcSealers }
  const judgement = await judge({ header: arrival.header, source: raw, mailFrom: from.email, peer }, how)
  return {
    arrival,
    draft: letterDraft,
    receivedAt: new Date(),
    mailFrom: from.email,
    rcptTo: [to],
    peer,
    tls: undefined,
    judgement,
  }
}

/** Tickets to answer, whichever desk they are in alike: queued, with nobody but their requester on them. */
export async function answerable(databaseUrl: string, count: number): Promise<Answerable[]> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  const { rows } = await client.query(
    `SELECT t.number, b.address AS mailbox, p.serial, json_build_object('name', p.name, 'email', p.address) AS person,
       (SELECT message_id FROM messages m WHERE m.ticket_id = t.id AND message_id IS NOT NULL LIMIT 1) AS "messageId"
     FROM tickets t JOIN mailboxes b ON b.id = t.mailbox_id
     JOIN participants p ON p.ticket_id = t.id AND p.role = 'requester' AND p.state = 'active'
     WHERE t.status = 'queued' AND t.deleted_at IS NULL
       AND t.merged_into_id IS NULL AND (SELECT count(*) FROM participants o WHERE o.ticket_id = t.id) = 1
       AND EXISTS (SELECT FROM messages m WHERE m.ticket_id = t.id AND message_id IS NOT NULL)
     ORDER BY md5(t.number::text) LIMIT $1`,
    [count],
  )
  await client.end()
  return rows
}

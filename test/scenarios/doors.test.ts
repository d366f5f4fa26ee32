import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect as connectPlain } from 'node:net'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { companies, type Desk, letter, openDesk, support } from '../scenario.ts'
import { dialog, openClient } from '../world/client.ts'
import { writeCertificate } from '../world/renewal.ts'
import { greeted, hangUp, heard } from '../world/sockets.ts'

const { acme, globex } = companies
const [jana] = acme.people as [(typeof acme.people)[0]]
const [zuzana] = globex.people as [(typeof globex.people)[0]]
const relay = '127.0.0.8'

describe('through a relay of ours', () => {
  let desk: Desk
  beforeAll(async () => {
    desk = await openDesk({ env: { LMTP_LISTEN: '127.0.0.1:0', TRUSTED_RELAYS: '127.0.0.8/31' } })
  })
  afterAll(() => desk?.close())

  const routes = ['by SMTP', 'by LMTP'] as const
  /** From the relay's address, or by LMTP from this machine. */
  const through = (route: (typeof routes)[number]) => {
    const { smtpPort, lmtpPort } = desk.podatelna
    return route === 'by SMTP' ? { port: smtpPort, localAddress: relay } : { port: lmtpPort!, lmtp: true }
  }

  test.each(routes)('the Received line it added proves the author by SPF, %s', async (route) => {
    const raw = received('from mx.globex.sk (unknown [127.0.0.1]) by relay.desk.test', await anything(zuzana.as))
    const { code, mail } = await desk.receives(raw, { from: zuzana.email, to: support, ...through(route) })
    expect(code).toBe(250)
    expect(mail).toMatchObject({ peer: '127.0.0.1', disposition: 'admitted', verdict: { spf: { result: 'pass' } } })
  })

  test.each(routes)('a Received line that names another server proves nothing, %s', async (route) => {
    const raw = received('from mx.globex.sk (unknown [192.0.2.66]) by relay.desk.test', await anything(zuzana.as))
    const { mail } = await desk.receives(raw, { from: zuzana.email, to: support, ...through(route) })
    expect(mail).toMatchObject({ peer: '192.0.2.66', disposition: 'held', verdict: { spf: { result: 'fail' } } })
  })

  test.each(routes)('a Received line further down is the sender’s invention, %s', async (route) => {
    const invented = received('from mx.globex.sk (mx.globex.sk [127.0.0.1]) by mx.globex.sk', await anything(zuzana.as))
    const raw = received('from evil.test (unknown [192.0.2.66]) by relay.desk.test', invented)
    const { mail } = await desk.receives(raw, { from: zuzana.email, to: support, ...through(route) })
    expect(mail).toMatchObject({ peer: '192.0.2.66', disposition: 'held' })
  })

  test.each(routes)('a letter without a Received line comes from nobody: SPF is none, %s', async (route) => {
    const raw = await anything(zuzana.as)
    const { mail } = await desk.receives(raw, { from: zuzana.email, to: support, ...through(route) })
    expect(mail).toMatchObject({ peer: '', disposition: 'held', verdict: { spf: { result: 'none' } } })
  })

  test.each(routes)('a signature counts whichever way it came, %s', async (route) => {
    const raw = received('by relay.desk.test (Postfix, from userid 0)', await acme.post(draft(jana.as)))
    const { mail } = await desk.receives(raw, { from: jana.email, to: support, ...through(route) })
    expect(mail).toMatchObject({ peer: '', disposition: 'admitted', verdict: { verified: true } })
  })

  test('the relay’s own address is never the sender’s', async () => {
    const raw = received(
      'from inner.desk.test (inner.desk.test [127.0.0.9]) by relay.desk.test',
      await anything(zuzana.as),
    )
    const { mail } = await desk.receives(raw, { from: zuzana.email, to: support, ...through('by SMTP') })
    expect(mail).toMatchObject({ peer: '', disposition: 'held' })
  })

  test('XCLIENT names the peer, and what the letter says does not matter then', async () => {
    const raw = received('from evil.test (unknown [127.0.0.1]) by relay.desk.test', await anything(zuzana.as))
    await say(desk, ['XCLIENT ADDR=192.0.2.66 HELO=evil.test', 'EHLO evil.test'], raw)
    expect(await newest(desk)).toMatchObject({ peer: '192.0.2.66', disposition: 'held' })
    await say(desk, ['XCLIENT ADDR=127.0.0.1 HELO=mx.globex.sk', 'EHLO relay.desk.test'], await anything(zuzana.as))
    expect(await newest(desk)).toMatchObject({ peer: '127.0.0.1', disposition: 'admitted' })
  })

  test('XFORWARD names the peer of one letter after the other, and none for a letter of its own', async () => {
    const client = ['XFORWARD ADDR=127.0.0.1 HELO=mx.globex.sk', 'XFORWARD ADDR=[UNAVAILABLE] HELO=[UNAVAILABLE]']
    await say(desk, [client[0]!], await anything(zuzana.as))
    expect(await newest(desk)).toMatchObject({ peer: '127.0.0.1', disposition: 'admitted' })
    await say(desk, client, await anything(zuzana.as))
    expect(await newest(desk)).toMatchObject({ peer: '', disposition: 'held' })
    await say(desk, [client[0]!], await anything(zuzana.as), await anything(zuzana.as))
    expect(await newest(desk)).toMatchObject({ peer: '', disposition: 'held' })
  })

  test('a stranger’s XCLIENT is an unknown command, and a stranger’s Received line is just text', async () => {
    const raw = received('from mx.globex.sk (unknown [127.0.0.1]) by relay.desk.test', await anything(zuzana.as))
    const stranger = { from: zuzana.email, to: support, localAddress: '127.0.0.20' }
    expect((await desk.receives(raw, stranger)).mail).toMatchObject({ peer: '127.0.0.20', disposition: 'held' })
  })

  test('a contact of an internationalised domain is the same person in both of its spellings', async () => {
    const [written, encoded] = ['anežka@příklad.cz', 'anežka@xn--pklad-zsa96e.cz']
    desk.dns.zone['xn--pklad-zsa96e.cz'] = { TXT: ['v=spf1 ip4:127.0.0.1 -all'] }
    const { id } = await desk.api('POST', '/api/organizations', { name: 'Příklad' })
    await desk.api('POST', `/api/organizations/${id}/contacts`, { name: 'Anežka', emails: [written] })
    for (const address of [written, encoded]) {
      const raw = Buffer.from(`From: ${address}\r\nSubject: ${address}\r\n\r\nHello\r\n`)
      const { mail } = await desk.receives(raw, { from: 'dispatch@xn--pklad-zsa96e.cz', to: support })
      expect(mail).toMatchObject({ from: encoded, disposition: 'admitted' })
    }
  })

  test('LMTP is for our own machines: anybody else is sent away', async () => {
    const lmtp = await openDesk({ env: { LMTP_LISTEN: '0.0.0.0:0' } })
    try {
      const outside = Object.values(networkInterfaces())
        .flatMap((addresses) => addresses ?? [])
        .find(({ family, internal }) => family === 'IPv4' && !internal)
      const script = 'S: 554 5.7.1\nS: closed'
      if (outside) await dialog(lmtp.podatelna.lmtpPort!, script, { host: outside.address })
      await dialog(lmtp.podatelna.lmtpPort!, 'S: 220\nC: LHLO relay\nS: 250')
    } finally {
      await lmtp.close()
    }
  })
})

describe('STARTTLS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'podatelna-tls-'))
  let desk: Desk
  beforeAll(async () => {
    const { cert, key } = writeCertificate(folder, 'first.desk.test')
    desk = await openDesk({ env: { SMTP_TLS_CERT: cert, SMTP_TLS_KEY: key } })
  })
  afterAll(async () => {
    await desk?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  test('a letter over TLS is recorded with the protocol and cipher', async () => {
    const tls = { requireTLS: true, ignoreTLS: false, tls: { rejectUnauthorized: false } }
    const { code, mail } = await desk.receives(await anything(zuzana.as), { from: zuzana.email, to: support, ...tls })
    expect(code).toBe(250)
    expect(mail!.tls).toMatch(/^TLSv1\.[23] /)
  })

  test('what was sent in the clear behind STARTTLS is not heard', async () => {
    const script =
      'S: 220\nC: EHLO mx.globex.sk\nS: 250\nC= "STARTTLS\\r\\nMAIL FROM:<evil@evil.test>\\r\\n"\nS: 220 2.0.0'
    const said = await dialog(desk.podatelna.smtpPort, script)
    expect(said).toHaveLength(3)
  })

  test('a renewed certificate is shown to the next who connects', async () => {
    expect(await subjectShown(desk)).toBe('first.desk.test')
    writeCertificate(folder, 'second.desk.test')
    expect(await subjectShown(desk)).toBe('second.desk.test')
  })

  test('a renewed certificate that is broken leaves the old one in place', async () => {
    const before = await subjectShown(desk)
    writeFileSync(join(folder, 'cert.pem'), 'not a certificate')
    expect(await subjectShown(desk)).toBe(before)
    writeCertificate(folder, 'third.desk.test')
    expect(await subjectShown(desk)).toBe('third.desk.test')
  })
})

describe('limits', () => {
  let desk: Desk
  beforeAll(async () => {
    desk = await openDesk({
      env: {
        MAX_CONNECTIONS: '6',
        MAX_CONNECTIONS_PER_PEER: '2',
        MAX_UNKNOWN_RECIPIENTS: '4',
        TRUSTED_RELAYS: relay,
        LETTER_SECONDS: '2',
        IDLE_SECONDS: '1',
      },
    })
  })
  afterAll(() => desk?.close())

  test('a peer that has all its connections is answered 421, and served again when one ends', async () => {
    const { smtpPort } = desk.podatelna
    const [first, second] = await Promise.all([greeted(smtpPort), greeted(smtpPort)])
    await dialog(smtpPort, 'S: 421 4.7.0\nS: closed')
    await dialog(smtpPort, 'S: 220\nC: QUIT\nS: 221', { localAddress: '127.0.0.30' })
    await hangUp(first)
    await dialog(smtpPort, 'S: 220\nC: QUIT\nS: 221')
    await hangUp(second)
  })

  test('when all connections are taken everybody is answered 421; a relay may have them all', async () => {
    const { smtpPort } = desk.podatelna
    const sockets = await Promise.all(Array.from({ length: 6 }, () => greeted(smtpPort, relay)))
    await dialog(smtpPort, 'S: 421 4.3.2\nS: closed')
    await Promise.all(sockets.map(hangUp))
    await dialog(smtpPort, 'S: 220')
  })

  test('who guesses at addresses is answered 421, in the next session too; others are not', async () => {
    const { smtpPort } = desk.podatelna
    const guess = (name: string, answer: string) => `C: RCPT TO:<${name}@desk.test>\nS: ${answer}\n`
    const begin = 'S: 220\nC: EHLO mx.evil.test\nS: 250\nC: MAIL FROM:<evil@evil.test>\nS: 250\n'
    const guesser = { localAddress: '127.0.0.40' }
    await dialog(smtpPort, `${begin}${guess('a', '550')}${guess('b', '550')}C: QUIT\nS: 221`, guesser)
    await dialog(smtpPort, `${begin}${guess('c', '550')}${guess('d', '421 4.7.0')}S: closed`, guesser)
    await dialog(smtpPort, 'S: 421 4.7.0\nS: closed', guesser)
    await dialog(smtpPort, `${begin}${guess('e', '550')}`, { localAddress: '127.0.0.41' })
  })

  test('who says nothing is answered 421 after a while', async () => {
    await dialog(desk.podatelna.smtpPort, 'S: 220\nS: 421 4.4.2\nS: closed')
  })

  test('a letter that trickles in is given up when its time is over, and leaves no record', async () => {
    const { smtpPort } = desk.podatelna
    const socket = connectPlain(smtpPort, '127.0.0.1')
    const said = heard(socket)
    await said.line(/^220/)
    socket.write(`EHLO mx.globex.sk\r\nMAIL FROM:<${zuzana.email}>\r\nRCPT TO:<${support}>\r\nDATA\r\n`)
    await said.line(/^354/)
    const trickle = setInterval(() => socket.write('Subject: x\r\n'), 100)
    await said.line(/^421 4\.4\.2 No letter came/)
    clearInterval(trickle)
    socket.destroy()
    await desk.settled()
    expect((await desk.api('GET', '/api/mail')).items).toEqual([])
  })

  test('a kept connection has the whole time again for each letter', async () => {
    const client = await openClient({ port: desk.podatelna.smtpPort, helo: 'mx.globex.sk' })
    for (const subject of ['One', 'Two', 'Three']) {
      const raw = await letter({ ...draft(zuzana.as), subject })
      expect((await client.send(raw, { from: zuzana.email, to: support })).code).toBe(250)
    }
    client.close()
  })

  test('whoever a limit ended is counted, by which one', async () => {
    const metrics = await (await desk.http('/metrics')).text()
    for (const reason of ['connections', 'connections of one peer', 'unknown recipients', 'time']) {
      expect(metrics).toContain(`podatelna_turned_away_total{reason="${reason}"}`)
    }
  })
})

function draft(from: string) {
  return { from, to: support, subject: 'Hello', text: 'Hello' }
}

function anything(from: string): Promise<Buffer> {
  return letter(draft(from))
}

function received(line: string, raw: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`Received: ${line}; Sun, 1 Nov 2026 10:00:00 +0100\r\n`), raw])
}

/** A conversation of the relay: some commands, then the letters. */
async function say(desk: Desk, commands: string[], ...letters: Buffer[]): Promise<void> {
  const spoken = commands.map((command) => `C: ${command}\nS: 2`).join('\n')
  const sent = letters.map((raw) => {
    const envelope = `C: MAIL FROM:<${zuzana.email}>\nS: 250\nC: RCPT TO:<${support}>\nS: 250\nC: DATA\nS: 354`
    return `${envelope}\nC= ${JSON.stringify(`${raw.toString('latin1')}\r\n.\r\n`)}\nS: 250`
  })
  const script = `S: 220\nC: EHLO relay.desk.test\nS: 250\n${[spoken, ...sent].join('\n')}`
  await dialog(desk.podatelna.smtpPort, script, { localAddress: relay })
  await desk.settled()
}

async function newest(desk: Desk) {
  const { items } = await desk.api('GET', '/api/mail?limit=1')
  return desk.api('GET', `/api/mail/${items[0].id}`)
}

async function subjectShown(desk: Desk): Promise<string> {
  const plain = connectPlain(desk.podatelna.smtpPort, '127.0.0.1')
  const said = heard(plain)
  await said.line(/^220/)
  plain.write('EHLO mx.globex.sk\r\n')
  await said.line(/^250 /)
  plain.write('STARTTLS\r\n')
  await said.line(/^220/)
  said.stop()
  const secure = connect({ socket: plain, rejectUnauthorized: false })
  await once(secure, 'secureConnect')
  const name = secure.getPeerCertificate().subject.CN
  secure.destroy()
  return String(name)
}

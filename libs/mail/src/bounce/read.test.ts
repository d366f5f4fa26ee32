import { describe, expect, test } from 'vitest'
import { makeToken, uuidAsNumber } from '../tokens.ts'
import { readBounce } from './read.ts'
import { takeApart } from './take-apart.ts'

const keys = ['the secret of this installation']
const desk = { keys, mailDomain: 'desk.test' }
const delivery = '0191e3a4-5b6c-7d8e-9fa0-b1c2d3e4f506'
const verp = makeToken(keys, 'bounce', uuidAsNumber(delivery))
const ourId = `${makeToken(keys, 'thread', 42n)}.0123456789abcdef0123@desk.test`

const daemon = 'From: Mail Delivery System <MAILER-DAEMON@mx.acme.test>\nTo: support@desk.test\n'
const original = 'Received: from desk.test\nFrom: support@desk.test\nTo: jana@acme.test\nMessage-ID: <1@desk.test>\n'

describe('a delivery status notification (RFC 3464)', () => {
  const report = multipart('report; report-type=delivery-status', [
    'Content-Type: text/plain\n\nSorry.\n',
    `Content-Type: message/delivery-status

Reporting-MTA: dns; mx.acme.test

Original-Recipient: rfc822;jana@acme.test
Final-Recipient: rfc822;j.novak@acme.test
Action: failed
Status: 5.0.0
Diagnostic-Code: smtp; 550-5.1.1 There is nobody
 550 5.1.1 of that name

Final-Recipient: rfc822; petr@acme.test
Action: delayed
Status: 4.4.7
`,
    `Content-Type: message/rfc822\n\n${original}\nHello`,
  ])

  test('says what became of each recipient, and of which letter', () => {
    const there = '550-5.1.1 There is nobody 550 5.1.1 of that name'
    expect(read(`${daemon}${report}`)).toEqual({
      recipients: [
        { address: 'jana@acme.test', action: 'failed', status: '5.1.1', code: 550, permanent: true, diagnostic: there },
        { address: 'petr@acme.test', action: 'delayed', status: '4.4.7', code: undefined, permanent: false },
      ],
      originalMessageId: '1@desk.test',
      delivery: undefined,
    })
  })

  test.each(['\r\n', '\r'])('is the same with lines that end in %j', (end) => {
    const raw = `${daemon}${report}`
    expect(read(raw.replaceAll('\n', end))).toEqual(read(raw))
  })

  test('without a blank line between its recipients still names both', () => {
    expect(read(`${daemon}${report.replace(/\n\nFinal/g, '\nFinal')}`).recipients).toHaveLength(2)
  })

  test('is read although its boundary is not the one it names', () => {
    const { recipients } = read(`${daemon}${report.replace('boundary=b', 'boundary=other')}`)
    expect(recipients.map(({ address }) => address)).toEqual(['jana@acme.test', 'petr@acme.test'])
  })

  test.each([
    ['delayed', 'a letter that is still tried, whatever its status', '5.4.1'],
    ['delivered', 'one that arrived', '2.1.5'],
    ['relayed', 'one that was handed on to a server without receipts', '2.1.9'],
    ['expanded', 'one that a list took', '2.1.9'],
  ])('tells %s, %s, from a failure', (action, _, status) => {
    const fields = `Final-Recipient: rfc822; jana@acme.test\nAction: ${action}\nStatus: ${status}\n`
    expect(read(`${daemon}${delivered(fields)}`).recipients).toMatchObject([{ action, status, permanent: false }])
  })

  test('that forgot its Action goes by the status', () => {
    const one = (status: string) =>
      `${daemon}${delivered(`Final-Recipient: rfc822; jana@acme.test\nStatus: ${status}\n`)}`
    expect(read(one('5.1.1')).recipients).toMatchObject([{ action: 'failed', permanent: true }])
    expect(read(one('2.0.0')).recipients).toMatchObject([{ action: 'delivered', permanent: false }])
  })
})

describe('a bounce in words', () => {
  test.each([
    [
      'qmail',
      `Hi. This is the qmail-send program at mx.acme.test.
This is a permanent error; I've given up.

<jana@acme.test>:
192.0.2.1 does not like recipient.
Remote host said: 550 5.1.1 no such user

--- Below this line is a copy of the message.

${original}`,
      { status: '5.1.1', code: 550, permanent: true },
    ],
    [
      'Exim',
      `A message that you sent could not be delivered. The following address(es) failed:

  jana@acme.test
    SMTP error from remote mail server after RCPT TO:<jana@acme.test>:
    host mx.acme.test [192.0.2.1]: 452 4.2.2 Mailbox full

------ This is a copy of the message, including all the headers. ------

${original}`,
      { status: '4.2.2', code: 452, permanent: false },
    ],
    [
      'Exchange',
      `Delivery has failed to these recipients:\n\njana@acme.test<mailto:jana@acme.test>
Remote Server returned '550 5.7.1 RESOLVER.RST.NotAuthorized'\n\nOriginal message headers:\n\n${original}`,
      { status: '5.7.1', code: 550, permanent: true },
    ],
    [
      'Exchange in Czech',
      `Doručení těmto příjemcům nebo skupinám se nezdařilo:\n\njana@acme.test<mailto:jana@acme.test>
Zadaná e-mailová adresa nebyla nalezena.\n\nDiagnostické informace pro správce:\n\nGenerující server: mx.acme.test
#550 5.1.10 RESOLVER.ADR.RecipientNotFound ##\n\nPůvodní hlavičky zprávy:\n\n${original}`,
      { status: '5.1.10', code: 550, permanent: true },
    ],
    [
      'Exchange in Slovak',
      `Nasledujúcim príjemcom sa správu nepodarilo doručiť:\n\njana@acme.test\nSchránka príjemcu je plná.
Vzdialený server vrátil odpoveď 552 5.2.2 mailbox full\n\nPôvodné hlavičky správy:\n\n${original}`,
      { status: '5.2.2', code: 552, permanent: true },
    ],
    [
      'Exchange in Italian',
      `Recapito non riuscito ai seguenti destinatari:\n\njana@acme.test
Il server remoto ha restituito '550 5.1.1 utente sconosciuto'\n\nIntestazioni originali del messaggio:\n\n${original}`,
      { status: '5.1.1', code: 550, permanent: true },
    ],
    [
      'Exchange in German',
      `Fehler bei der Nachrichtenzustellung an folgende Empfänger oder Gruppen:\n\njana@acme.test
Remoteserver hat '554 5.4.14 Hop count exceeded' zurückgegeben\n\nUrsprüngliche Nachrichtenkopfzeilen:\n\n${original}`,
      { status: '5.4.14', code: 554, permanent: true },
    ],
    [
      'GMX and web.de',
      `Ihre Nachricht konnte an einen oder mehrere Empfänger nicht zugestellt werden.
(english translation below)\n\nFür folgende Empfänger:\n\njana@acme.test:\nHost mx.acme.test [192.0.2.1]: RCPT TO:<jana@acme.test>
550 Requested action not taken: mailbox unavailable\n\n--- Kopie der ursprünglichen Nachricht ---\n\n${original}`,
      { status: '5.0.0', code: 550, permanent: true },
    ],
    [
      'T-Online',
      `|------------------------- Message log follows: -------------------------|
 no valid recipients were found for this message
|------------------------- Failed addresses follow: ---------------------|
 <jana@acme.test> ... unknown user
|------------------------- Message text follows: ------------------------|
${original}`,
      { status: undefined, code: undefined, permanent: true },
    ],
    [
      'a Czech freemail',
      `Vážený uživateli,\nVaši zprávu se nepodařilo doručit na adresu jana@acme.test, protože schránka je přeplněna.
Server příjemce odpověděl: 552 5.2.2 Over quota\n\nKopie vaší zprávy:\n\n${original}`,
      { status: '5.2.2', code: 552, permanent: true },
    ],
    [
      'an Italian provider',
      `Non è stato possibile recapitare il suo messaggio.\n\nDestinatario: jana@acme.test
Motivo: 550 5.1.1 <jana@acme.test> utente inesistente\n\nCopia del messaggio:\n\n${original}`,
      { status: '5.1.1', code: 550, permanent: true },
    ],
    [
      'sendmail 5',
      `   ----- Transcript of session follows -----\n>>> RCPT To:<jana@acme.test>\n<<< 550 Nobody here\n
   ----- Unsent message follows -----\n${original}`,
      { status: '5.0.0', code: 550, permanent: true },
    ],
  ])('of %s names its recipient and the returned letter', (_, words, recipient) => {
    const { recipients, originalMessageId } = read(`${daemon}${utf8}\n${words}`)
    expect(recipients).toMatchObject([{ address: 'jana@acme.test', action: 'failed', ...recipient }])
    expect(originalMessageId).toBe('1@desk.test')
  })

  test.each([
    ['English', 'Your message to jana@acme.test is delayed; it will be retried for 2 days.'],
    ['Czech', 'Vaše zpráva pro jana@acme.test je zpožděna. Server bude pokus o doručení opakovat.'],
    ['Slovak', 'Doručenie správy pre jana@acme.test je oneskorené, server bude pokus opakovať.'],
    ['Italian', 'Il messaggio per jana@acme.test è in ritardo; verranno effettuati nuovi tentativi.'],
    ['German', 'Ihre Nachricht an jana@acme.test ist verzögert; es folgen weitere Zustellversuche.'],
  ])('of a server that is patient, in %s, is no failure', (_, words) => {
    const { recipients } = read(`${daemon}${utf8}\n${words}\n\n${original}`)
    expect(recipients).toMatchObject([{ address: 'jana@acme.test', action: 'delayed', permanent: false }])
  })

  test('of two addresses keeps each one’s own answer', () => {
    const words = '<jana@acme.test>:\n550 5.1.1 unknown\n\n<petr@acme.test>:\n452 4.2.2 full\n'
    const { recipients } = read(`${daemon}\n${words}`)
    expect(recipients.map(({ status }) => status)).toEqual(['5.1.1', '4.2.2'])
  })

  test('takes neither an IP address nor its sender for what it looks for', () => {
    const words = `host 5.1.2.3 refused support@desk.test's letter to <jana@acme.test>\n\n${original}`
    expect(read(`${daemon}\n${words}`).recipients).toMatchObject([{ address: 'jana@acme.test', status: undefined }])
  })

  test('that says where to ask for help names the recipient all the same', () => {
    const words = 'Ask help@acme.test what is wrong; the copy for jana@acme.test was lost.'
    expect(read(`${daemon}\n${words}\n\n${original}`).recipients).toMatchObject([{ address: 'jana@acme.test' }])
  })
})

describe('a notice around another bounce', () => {
  const inner = `From MAILER-DAEMON  Thu Jan  1 00:00:00 2026\nReturn-Path: <>\n${daemon}${delivered('Final-Recipient: rfc822; jana@acme.test\nAction: failed\nStatus: 4.4.1\n')}`
  const outer = 'Your message could not be delivered. Ask <help@provider.test> about it.'

  test('leaves it to that to name the recipient', () => {
    const { recipients } = read(`${daemon}\n${outer}\n---------\n${inner}`)
    expect(recipients).toMatchObject([{ address: 'jana@acme.test', status: '4.4.1', permanent: false }])
  })

  test('is read once or twice, not for ever', () => {
    const nested = Array.from({ length: 50 }, () => `${outer}\n\nReturn-Path: <>\n${daemon}\n`).join('')
    expect(read(`${daemon}\n${nested}`).recipients).toMatchObject([{ address: 'help@provider.test' }])
  })
})

describe('a bounce is matched to a delivery of ours', () => {
  const returning = (id: string) => multipart('mixed', [`Content-Type: message/rfc822\n\nMessage-ID: <${id}>\n\nHi`])

  test('by the address it went to', () => {
    expect(readBounce(takeApart(Buffer.from(daemon)), { ...desk, bounceToken: verp }).delivery).toEqual(byVerp)
  })

  test('by that address as servers note it', () => {
    expect(read(`Delivered-To: bounce+${verp.toUpperCase()}@desk.test\n`).delivery).toEqual(byVerp)
    expect(
      read(multipart('mixed', [`Content-Type: message/rfc822\n\nReturn-Path: <bounce+${verp}@desk.test>\n`])).delivery,
    ).toEqual(byVerp)
  })

  test('by the Message-ID of the letter it returns', () => {
    expect(read(`${daemon}${returning(ourId)}`).delivery).toEqual(byMessageId)
  })

  test('by the Message-ID it answers, or names, when it returns nothing', () => {
    expect(read(`${daemon}In-Reply-To: <${ourId}>\n`).delivery).toEqual(byMessageId)
    expect(read(`${daemon}\nMessage ${ourId} was lost.`).delivery).toEqual(byMessageId)
  })

  test('not by what somebody made up', () => {
    const forged = makeToken(['another secret'], 'bounce', uuidAsNumber(delivery))
    expect(read(`To: bounce+${forged}@desk.test\n`).delivery).toBeUndefined()
    expect(read(`To: bounce+${verp}@other.test\n`).delivery).toBeUndefined()
    expect(read(`${daemon}${returning(ourId.replace('.', 'a.'))}`).delivery).toBeUndefined()
  })

  test('not when the letter it returns is somebody else’s', () => {
    expect(read(`${daemon}In-Reply-To: <${ourId}>\n${returning('1@acme.test')}`).delivery).toBeUndefined()
  })

  const byVerp = { by: 'verp', id: delivery }
  const byMessageId = { by: 'message_id', messageId: ourId }
})

const utf8 = 'Content-Type: text/plain; charset=utf-8\n'

function read(raw: string) {
  return readBounce(takeApart(Buffer.from(raw)), desk)
}

function delivered(fields: string): string {
  return multipart('report; report-type=delivery-status', [
    `Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.acme.test\n\n${fields}`,
  ])
}

function multipart(subtype: string, parts: string[]): string {
  return `Content-Type: multipart/${subtype}; boundary=b\n\n${parts.map((part) => `--b\n${part}\n`).join('')}--b--\n`
}

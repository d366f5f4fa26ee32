import { expect, test } from 'vitest'
import { inspectLetter } from '../inspect.ts'
import { parseLetter } from '../parse.ts'
import { eachMutation } from './mutations.ts'
import * as outlook from './tnef-writer.ts'

const file = [outlook.rendering, outlook.title('plan.pdf'), outlook.data(Buffer.from('%PDF-'))]

test('winmail.dat is replaced by its files, and the text beside it stays the text', () => {
  const { text, attachments, warnings } = parseLetter(
    withWinmail('Hello', outlook.tnef(outlook.body('Inner'), ...file)),
  )
  expect([text.trim(), warnings]).toEqual(['Hello', []])
  expect(attachments).toMatchObject([{ filename: 'plan.pdf', type: 'application/pdf', bytes: 5, source: 'tnef' }])
})

test('the text of winmail.dat is shown when the letter has no other', () => {
  const html = outlook.letterProperties(
    outlook.binary(0x1013, Buffer.from('<p>From <b>Outlook</b> <img src="cid:a@b"></p>')),
    outlook.unicode(0x1000, 'From Outlook'),
  )
  const image = outlook.fileProperties(outlook.unicode(0x3712, 'a@b'), outlook.unicode(0x370e, 'image/png'))
  const letter = parseLetter(withWinmail(' \r\n', outlook.tnef(html, ...file, image)))
  expect(letter.text.trim()).toBe('From Outlook')
  expect(letter.html).toContain('<b>Outlook</b>')
  expect(letter.attachments).toMatchObject([{ type: 'image/png', content_id: 'a@b', inline: true }])
})

test('a letter that is nothing but winmail.dat is read', () => {
  const raw = Buffer.concat([
    Buffer.from('Content-Type: application/ms-tnef; name=winmail.dat\r\n\r\n'),
    outlook.tnef(outlook.body('Alone')),
  ])
  expect(parseLetter(raw)).toMatchObject({ text: 'Alone', attachments: [] })
})

test('winmail.dat that is damaged stays beside what could be read of it', () => {
  const whole = outlook.tnef(...file)
  const names = (bytes: Buffer) => parseLetter(withWinmail('Hello', bytes)).attachments.map(({ filename }) => filename)
  expect(names(whole.subarray(0, whole.length - 3))).toEqual(['plan.pdf', 'winmail.dat'])
  expect(names(Buffer.from('nothing of the kind'))).toEqual(['winmail.dat'])
})

test('a text that Outlook wrote as RTF with pictures keeps its RTF', () => {
  const rtf = outlook.compressed('{\\rtf1 See:{\\pict\\wmetafile8 00ff}}')
  const letter = parseLetter(withWinmail('', outlook.tnef(outlook.letterProperties(outlook.binary(0x1009, rtf)))))
  expect(letter.text.trim()).toBe('See:')
  expect(letter.attachments).toMatchObject([{ filename: 'text.rtf', type: 'application/rtf', source: 'tnef' }])
})

test('a meeting that Outlook sends without text is told in words', () => {
  const at = (id: number, iso: string) => outlook.time(id, new Date(iso))
  const meeting = outlook.tnef(
    outlook.messageClass('IPM.Microsoft Schedule.MtgReq'),
    outlook.letterProperties(
      outlook.unicode(0x0037, 'Planning'),
      at(0x0060, '2026-03-02T09:00:00Z'),
      at(0x0061, '2026-03-02T10:00:00Z'),
    ),
  )
  const { text, calendar } = parseLetter(withWinmail('', meeting))
  expect(text.trim()).toBe('Invitation: Planning\nWhen: 2026-03-02 09:00 – 10:00 (UTC)')
  expect(calendar).toMatchObject({ method: 'request', summary: 'Planning' })
})

const invitation = `BEGIN:VCALENDAR
METHOD:REQUEST
BEGIN:VEVENT
SUMMARY:Schůzka
END:VEVENT
END:VCALENDAR
`

test('an invitation without text is told in words, and stays a file', () => {
  const letter = parseLetter(
    Buffer.from(`Content-Type: text/calendar; charset=utf-8; name=invite.ics\n\n${invitation}`),
  )
  expect(letter.text).toBe('Invitation: Schůzka')
  expect(letter.attachments).toMatchObject([{ filename: 'invite.ics', type: 'text/calendar', source: 'part' }])
})

test('an invitation beside a text leaves the text as it is', () => {
  const letter = parseLetter(
    multipart('alternative', [
      'Content-Type: text/plain\n\nPlease come',
      `Content-Type: text/calendar\n\n${invitation}`,
    ]),
  )
  expect(letter.text).toBe('Please come')
  expect(letter.calendar?.summary).toBe('Schůzka')
})

test('a uuencoded file is taken out of the text, in whatever way that was sent', () => {
  const text = 'Dobr=FD den:\n\nbegin 644 =E8=EDslo.txt\n#0V%T\n`\nend\nBye\n'
  const letter = parseLetter(
    Buffer.from(
      `Content-Type: text/plain; charset=windows-1250\nContent-Transfer-Encoding: quoted-printable\n\n${text}`,
    ),
  )
  expect(letter.text).toBe('Dobrý den:\n\n[attachment: číslo.txt]\nBye\n')
  expect(letter.attachments).toMatchObject([
    { filename: 'číslo.txt', type: 'text/plain', source: 'uuencode', bytes: 3 },
  ])
})

test('a letter encrypted with PGP stays a file of that name, and is told', () => {
  const letter = parseLetter(
    multipart('encrypted; protocol="application/pgp-encrypted"', [
      'Content-Type: application/pgp-encrypted\n\nVersion: 1\n',
      'Content-Type: application/octet-stream\n\n-----BEGIN PGP MESSAGE-----\n',
    ]),
  )
  expect(letter).toMatchObject({ encrypted: 'pgp', text: '' })
  expect(letter.attachments.at(-1)?.filename).toBe('encrypted.asc')
  expect(letter.warnings).toEqual(['It is encrypted with PGP; what is encrypted cannot be read here.'])
})

test('a letter signed with PGP is shown, its signature known and not checked', () => {
  const letter = parseLetter(
    multipart('signed; protocol="application/pgp-signature"', [
      'Content-Type: text/plain; protected-headers=v1\nSubject: Outage\n\nHello',
      'Content-Type: application/pgp-signature\n\n-----BEGIN PGP SIGNATURE-----\n',
    ]),
  )
  expect(letter).toMatchObject({ text: 'Hello', protected_subject: 'Outage', warnings: [] })
  expect(letter.signature).toEqual({ kind: 'pgp', state: 'unchecked', whole: true, signers: [] })
})

test.each([
  ['signed', '-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nHello\n', { signature: { kind: 'pgp' } }],
  ['encrypted', 'See below\n-----BEGIN PGP MESSAGE-----\n\nabc\n', { encrypted: 'pgp' }],
])('a text %s with PGP within itself is known', (_, text, found) => {
  const letter = parseLetter(Buffer.from(`From: a@b.test\n\n${text}`))
  expect(letter).toMatchObject(found)
  expect(letter.text).toBe(text)
})

test('PGP that is only quoted or talked about is none', () => {
  const letter = parseLetter(
    Buffer.from('\n> -----BEGIN PGP MESSAGE-----\nThe line -----BEGIN PGP MESSAGE----- is odd.\n'),
  )
  expect([letter.encrypted, letter.signature]).toEqual([undefined, undefined])
})

test('what was unpacked is told by inspect', () => {
  const seen = inspectLetter(Buffer.from(`From: a@b.test\nContent-Type: text/calendar\n\n${invitation}`))
  expect(seen).toMatchObject({ signature: null, encrypted: null, protected_subject: null })
  expect(seen.calendar).toMatchObject({ method: 'request', summary: 'Schůzka' })
})

test('any letter gives a result', () => {
  const samples = [
    withWinmail('', outlook.tnef(outlook.body('Inner'), ...file)),
    multipart('mixed', ['\nbegin 644 a\n#0V%T\n`\nend\n', `Content-Type: text/calendar\n\n${invitation}`]),
  ]
  eachMutation(samples, (bytes) => {
    expect(parseLetter(bytes).attachments.length).toBeLessThan(20)
  })
})

function withWinmail(text: string, winmail: Buffer): Buffer {
  const head = 'Content-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64'
  return multipart('mixed', [`Content-Type: text/plain\r\n\r\n${text}`, `${head}\r\n\r\n${winmail.toString('base64')}`])
}

function multipart(kind: string, parts: string[]): Buffer {
  const body = parts.map((part) => `--b\n${part}\n`).join('')
  return Buffer.from(`From: a@b.test\nContent-Type: multipart/${kind}; boundary=b\n\n${body}--b--\n`)
}

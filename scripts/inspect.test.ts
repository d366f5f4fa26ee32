import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'podatelna-inspect-'))
afterAll(() => rmSync(folder, { recursive: true }))

const letter = `Return-Path: <jana@acme.test>
From: =?utf-8?Q?Jana_Nov=C3=A1=C4=8Dkov=C3=A1?= <jana@acme.test>
To: Support <support@desk.test>, "Petr, Mr" <petr@acme.test>
Cc: team: eva@acme.test;
Subject: =?utf-8?B?VGlza8Ohcm5hIGhvxZnDrQ==?=
Date: Sun, 22 Nov 2026 10:00:00 +0100
Message-ID: <2@acme.test>
In-Reply-To: <1@desk.test>
References: <0@desk.test> <1@desk.test>
Content-Type: multipart/related; boundary=b

--b
Content-Type: text/html

<p>See <img src="cid:fire"> <script>alert(1)</script></p>
--b
Content-Type: image/png; name=fire.png
Content-ID: <fire>
Content-Transfer-Encoding: base64

aGVsbG8=
--b--
`

describe('npm run inspect prints', () => {
  test('all that is seen in a letter, as JSON', () => {
    const [seen] = inspectFile(letter)
    expect(seen).toEqual({
      file: join(folder, 'letter.eml'),
      from: [{ address: 'jana@acme.test', name: 'Jana Nováčková' }],
      to: [
        { address: 'support@desk.test', name: 'Support' },
        { address: 'petr@acme.test', name: 'Petr, Mr' },
      ],
      cc: [{ address: 'eva@acme.test', name: '' }],
      reply_to: [],
      subject: 'Tiskárna hoří',
      date: '2026-11-22T09:00:00.000Z',
      message_id: '2@acme.test',
      in_reply_to: ['1@desk.test'],
      references: ['0@desk.test', '1@desk.test'],
      kind: 'letter',
      evidence: ['nothing says otherwise'],
      text: 'See',
      visible_text: 'See',
      folded: [],
      ...{ signature: null, encrypted: null, protected_subject: null, calendar: null },
      html: expect.not.stringContaining('script'),
      attachments: [
        {
          filename: 'fire.png',
          type: 'image/png',
          bytes: 5,
          sha256: '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
          inline: true,
          content_id: 'fire',
          source: 'part',
        },
      ],
      warnings: [],
    })
  })

  test('of a bounce, who did not get which letter', () => {
    const [seen] = inspectFile(`From: MAILER-DAEMON@acme.test\nTo: support@desk.test\nSubject: failure notice
\n<jana@acme.test>:\n550 5.1.1 no such user\n\n--- Below this line is a copy of the message.\n\nMessage-ID: <1@desk.test>\n`)
    expect(seen).toMatchObject({
      kind: 'bounce',
      evidence: ['subject: failure notice', 'from a mail server, says “550 5.1.1 no such user”'],
      bounce: {
        recipients: [{ address: 'jana@acme.test', status: '5.1.1', code: 550, permanent: true }],
        original_message_id: '1@desk.test',
      },
    })
  })

  test.each([
    ['Date: yesterday', 'The Date cannot be read: yesterday'],
    ['X-Date: none', 'There is no Date.'],
  ])('no date, and never now, for “%s”', (field, warning) => {
    expect(inspectFile(`From: jana@acme.test\n${field}\n\nHello`)).toMatchObject([{ date: null, warnings: [warning] }])
  })

  test('what odd there is in a header', () => {
    const [seen] = inspectFile('Date: 1 May 2026 10:00:00\nFrom: a@acme.test\nFrom: b@acme.test\n\nHello')
    expect(seen.date).toBe('2026-05-01T10:00:00.000Z')
    expect(seen.warnings).toEqual(['There are several fields from.', 'The Date has no zone; UTC is assumed.'])
  })

  test('a letter whose lines end with a bare CR, text included', () => {
    const [seen] = inspectFile(letter.replaceAll('\n', '\r'))
    expect(seen).toMatchObject({ subject: 'Tiskárna hoří', attachments: [{ filename: 'fire.png', bytes: 5 }] })
    expect(seen.warnings).toEqual(['Its lines end with a bare CR; they are read as lines all the same.'])
  })

  test('the letter on its standard input', () => {
    expect(inspect(['-'], letter).letters).toMatchObject([{ file: '-', subject: 'Tiskárna hoří' }])
  })

  test('a line for each letter of a folder, and something for any bytes', () => {
    for (let n = 0; n < 50; n++) writeFileSync(join(folder, `${n}.bin`), Buffer.alloc(n * 50, (n * 37) % 256))
    const { letters, code } = inspect(['--jsonl', folder])
    expect(code).toBe(0)
    expect(letters.length).toBeGreaterThanOrEqual(50)
  })

  test('a sentence for what it cannot read, and goes on', () => {
    const { letters, code, errors } = inspect(['--jsonl', join(folder, 'nothing.eml'), '-'], letter)
    expect(code).toBe(1)
    expect(errors).toContain('nothing.eml: ENOENT')
    expect(letters).toHaveLength(1)
    expect(inspect([])).toMatchObject({ code: 2, errors: expect.stringContaining('Name the files') })
  })
})

function inspectFile(source: string) {
  const path = join(folder, 'letter.eml')
  writeFileSync(path, source)
  return inspect(['--jsonl', path]).letters
}

function inspect(asked: string[], input = '') {
  const script = join(import.meta.dirname, 'inspect.ts')
  const { stdout, stderr, status } = spawnSync(process.execPath, [script, ...asked], { input, encoding: 'utf8' })
  const lines = asked.includes('--jsonl') ? stdout.split('\n').filter(Boolean) : stdout ? [stdout] : []
  return { letters: lines.map((line) => JSON.parse(line)), errors: stderr, code: status }
}

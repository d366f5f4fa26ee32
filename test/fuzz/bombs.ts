/** Small orders for much work, and large letters of nothing. Made when they are asked for; each is bounded in its own way. */
import { crc32 } from 'node:zlib'

export type Bomb = {
  name: string
  letter: () => Buffer
  /** Of a letter that is not read in full, what must be said. */
  warns?: RegExp
}

const MiB = 1024 * 1024

export const bombs: Bomb[] = [
  {
    name: '100,000 parts',
    letter: () => multipart('--b\n\nx\n'.repeat(100_000)),
    warns: /first 1000 parts/,
  },
  {
    name: '100,000 files',
    letter: () => multipart('--b\nContent-Disposition: attachment; filename=a\n\nx\n'.repeat(100_000)),
    warns: /first 1000 parts/,
  },
  {
    name: '500 parts of HTML, each of 70 KB',
    letter: () => multipart(`--b\nContent-Type: text/html\n\n${'<b>x</b> '.repeat(8_000)}\n`.repeat(500)),
    warns: /first parts of the HTML/,
  },
  { name: 'multiparts, 10,000 deep', letter: () => nested(10_000), warns: /Deeper than 50 levels/ },
  {
    name: 'letters within letters, 10,000 deep',
    letter: () => Buffer.from(`${'Content-Type: message/rfc822\n\n'.repeat(10_000)}Subject: x\n\nx\n`),
  },
  {
    name: 'forty letters within letters, each in base64',
    letter: () => {
      let letter: Buffer = Buffer.from('Subject: x\n\nx\n')
      for (let depth = 0; depth < 40; depth++) letter = encoded('message/rfc822', letter, '')
      return letter
    },
  },
  {
    name: 'multiparts that are encoded, one in the other',
    letter: () => {
      let body = 'x'.repeat(100_000)
      for (let depth = 0; depth < 12; depth++) {
        const header = `Content-Type: multipart/mixed; boundary=b${depth}\nContent-Transfer-Encoding: base64\n\n`
        body = header + Buffer.from(`--b${depth}\n${body}\n--b${depth}--`).toString('base64')
      }
      return Buffer.from(body)
    },
  },
  { name: '35 MiB of zeros as a file', letter: () => encoded('application/octet-stream', Buffer.alloc(25 * MiB)) },
  {
    name: '35 MiB of zeros as text',
    letter: () => encoded('text/plain', Buffer.alloc(25 * MiB), ''),
  },
  {
    name: '35 MiB of zeros as HTML',
    letter: () => encoded('text/html', Buffer.alloc(25 * MiB), ''),
  },
  {
    name: '35 MiB of text in one line',
    letter: () => Buffer.from(`Subject: x\n\n${'word '.repeat(7 * MiB)}`),
    warns: /text is longer/,
  },
  {
    name: '35 MiB of quoted-printable',
    letter: () => Buffer.from(`Content-Transfer-Encoding: quoted-printable\n\n${'=C5=99=\n'.repeat(4 * MiB)}`),
    warns: /text is longer/,
  },
  {
    name: '35 MiB of bytes without meaning, in four character sets',
    letter: () =>
      multipart(
        ['utf-7', 'iso-2022-jp', 'utf-16', 'gb18030']
          .map(
            (charset) => `--b\nContent-Type: text/plain; charset=${charset}\n\n${'+AG\x1b$B%&é~{ '.repeat(MiB / 2)}\n`,
          )
          .join(''),
      ),
    warns: /text is longer/,
  },
  {
    name: '35 MiB of blank lines',
    letter: () => Buffer.from(`Subject: x\n\n${'\n'.repeat(35 * MiB)}`),
    warns: /text is longer/,
  },
  {
    name: '35 MiB of lines that may be boundaries',
    letter: () => Buffer.from(`Content-Type: multipart/mixed; boundary=b\n\n${'--c\n'.repeat(9 * MiB)}`),
  },
  { name: '50 MB in one field', letter: () => Buffer.from(`Subject: ${'x'.repeat(50_000_000)}\n\nx\n`) },
  {
    name: '50 MB in one field, folded',
    letter: () => Buffer.from(`Subject: ${'x\n '.repeat(17_000_000)}\n\nx\n`),
  },
  {
    name: '50 MB of encoded words',
    letter: () => Buffer.from(`Subject: ${'=?utf-8?B?xZk=?= '.repeat(3_000_000)}\n\nx\n`),
  },
  { name: 'a million fields', letter: () => Buffer.from(`${'X-Field: x\n'.repeat(1_000_000)}\nx\n`) },
  { name: '60,000 authors', letter: () => Buffer.from(`${'From: a@b.test\n'.repeat(60_000)}\nx\n`) },
  { name: '50,000 recipients', letter: () => Buffer.from(`To: ${'"A, B" <a@b.test>,\n '.repeat(50_000)}\n\nx\n`) },
  {
    name: 'groups within groups',
    letter: () => Buffer.from(`To: ${'a:'.repeat(400_000)}${';'.repeat(100_000)}\n\nx\n`),
  },
  {
    name: 'a million comments',
    letter: () => Buffer.from(`To: ${'('.repeat(500_000)}${')'.repeat(500_000)} <a@b.c>\n\nx`),
  },
  { name: '80,000 references', letter: () => Buffer.from(`References: ${'<a@b.test>\n '.repeat(80_000)}\n\nx\n`) },
  {
    name: '50,000 pieces of a file name',
    letter: () => {
      const pieces = Array.from({ length: 50_000 }, (_, at) => ` filename*${at}*=a;\n`).join('')
      return multipart(`--b\nContent-Disposition: attachment;\n${pieces}\n\nx\n`)
    },
  },
  {
    name: '5,000 links',
    letter: () => html('<a href="https://a.test/?b=c&amp;d=e">https://b.test/ and words</a> '.repeat(5_000)),
  },
  { name: '2 MB of links', letter: () => html('<a href=http://a.b>c</a>'.repeat(87_000)) },
  { name: '20,000 images of the letter itself', letter: () => html('<img src="cid:a">'.repeat(20_000)) },
  {
    name: '900 files, each shown fifty times',
    letter: () => {
      const ids = Array.from({ length: 900 }, (_, at) => `image-${at}@a.test`)
      const images = ids.map((id) => `<img src="cid:${id}">`.repeat(50)).join('')
      const files = ids.map((id) => `--b\nContent-Type: image/png\nContent-ID: <${id}>\n\nx\n`).join('')
      return multipart(`--b\nContent-Type: text/html\n\n${images}\n${files}`, 'related')
    },
  },
  { name: '300,000 elements, each in the other', letter: () => html('<div>'.repeat(300_000)) },
  { name: '100,000 tables, each in the other', letter: () => html('<table><tr><td>'.repeat(100_000)) },
  { name: '100,000 quotes, each in the other', letter: () => html('<blockquote>x'.repeat(100_000)) },
  {
    name: 'formatting that is closed in the wrong order',
    letter: () => html('<b><i><u><a href=x></b>'.repeat(60_000)),
  },
  { name: 'paragraphs within what they end', letter: () => html('<p><b><p><i>'.repeat(100_000)) },
  { name: 'lists within tables within lists', letter: () => html('<ul><li><table><td><ul>'.repeat(50_000)) },
  { name: 'half a million attributes', letter: () => html(`<p ${'a=b '.repeat(500_000)}>x</p>`) },
  { name: 'an attribute of 2 MB', letter: () => html(`<p style="${'color:red;'.repeat(200_000)}">x</p>`) },
  {
    name: 'a style sheet of 2 MB',
    letter: () => html(`<style>${'.a{color:red}'.repeat(150_000)}</style><p class=a>x`),
  },
  {
    name: 'a style sheet and elements, each for all of the other',
    letter: () =>
      html(`<style>${'p{color:red;background:blue}'.repeat(20_000)}</style>${'<p class="a b c">x</p>'.repeat(60_000)}`),
  },
  { name: 'selectors of 2 MB', letter: () => html(`<style>${'.a,'.repeat(500_000)}b{color:red}</style><p class=a>x`) },
  { name: 'a line of 800,000 pieces', letter: () => html('&<b>'.repeat(400_000)) },
  {
    name: 'tags that never come twice',
    letter: () => html(Array.from({ length: 150_000 }, (_, at) => `<b id=${at}>`).join('x')),
  },
  { name: '360,000 entities', letter: () => html('&amp;&#x41;&nbsp;'.repeat(120_000)) },
  {
    name: 'a thousand quotes of quotes, each a thousand deep',
    letter: () => Buffer.from(`Subject: x\n\n${`${'>'.repeat(1_000)} x\n`.repeat(1_000)}`),
  },
  {
    name: '60,000 lines that begin a quote',
    letter: () => Buffer.from(`Subject: x\n\n${'On 1 May 2026, a <a@b.test> wrote:\n'.repeat(60_000)}`),
  },
  {
    name: '12,000 headers of quoted letters',
    letter: () => Buffer.from(`Subject: x\n\n${'From: a\nTo: b\nDate: 1\nSubject: c\n\n'.repeat(12_000)}`),
  },
  { name: '30,000 signatures', letter: () => Buffer.from(`Subject: x\n\n${'-- \nJana\n'.repeat(30_000)}`) },
  {
    name: '100,000 uuencoded files',
    letter: () => Buffer.from(`Subject: x\n\n${'begin 644 a\n#86)C\n`\nend\n'.repeat(100_000)}`),
  },
  {
    name: '100,000 files that begin and never end',
    letter: () => Buffer.from(`Subject: x\n\n${'begin 644 a\n'.repeat(100_000)}`),
  },
  {
    name: '50,000 yEnc files',
    letter: () => Buffer.from(`Subject: x\n\n${'=ybegin line=128 size=1 name=a\nx\n=yend size=1\n'.repeat(50_000)}`),
  },
  { name: 'winmail.dat whose text is 128 MB, compressed to 16', letter: () => winmail(compressedZeros(16_000_000)) },
  { name: 'winmail.dat whose text says that it is 4 GB', letter: () => winmail(compressedZeros(1_000, 0xffffffff)) },
  { name: 'winmail.dat within winmail.dat', letter: () => winmailWithin(60) },
  {
    name: 'winmail.dat of 100,000 files',
    letter: () => winmailOf(Buffer.concat(Array(100_000).fill(attribute(2, 0x00069002, Buffer.alloc(14))))),
  },
  { name: 'RTF, 500,000 deep', letter: () => winmail(literal(`{\\rtf1\\fromhtml1 ${'{\\b '.repeat(500_000)}`)) },
  {
    name: 'RTF of words of control alone',
    letter: () => winmail(literal(`{\\rtf1\\ansi ${"\\'e1\\u345?\\par ".repeat(500_000)}`)),
  },
  {
    name: 'a signature that is nested without end',
    letter: () =>
      encoded('application/pkcs7-mime; smime-type=signed-data', Buffer.alloc(1_000_000, Buffer.from('3080', 'hex'))),
  },
  {
    name: 'a signature of a million numbers',
    letter: () =>
      encoded(
        'application/pkcs7-signature',
        Buffer.concat([Buffer.from('30832dc6c0', 'hex'), Buffer.alloc(3_000_000, Buffer.from('020101', 'hex'))]),
      ),
  },
  {
    name: 'an invitation that repeats itself, 20,000 times',
    letter: () =>
      multipart(
        `--b\nContent-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\n${'BEGIN:VEVENT\nDTSTART:20260101T000000Z\nRRULE:FREQ=SECONDLY;COUNT=999999999\nEND:VEVENT\n'.repeat(20_000)}END:VCALENDAR\n`,
      ),
  },
  {
    name: 'a calendar, 100,000 deep',
    letter: () => multipart(`--b\nContent-Type: text/calendar\n\n${'BEGIN:VCALENDAR\n'.repeat(100_000)}\n`),
  },
  {
    name: '100,000 attendees',
    letter: () =>
      multipart(
        `--b\nContent-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\nBEGIN:VEVENT\n${'ATTENDEE;CN="A":mailto:a@b.test\n'.repeat(100_000)}END:VEVENT\nEND:VCALENDAR\n`,
      ),
  },
  {
    name: 'a bounce of 50,000 recipients',
    letter: () => report(`${'Final-Recipient: rfc822; a@b.test\nAction: failed\nStatus: 5.1.1\n\n'.repeat(100_000)}`),
  },
  {
    name: 'a bounce in words of 50,000 recipients',
    letter: () =>
      Buffer.from(
        `From: MAILER-DAEMON@a.test\nReturn-Path: <>\nSubject: failure notice\n\n${'<a@b.test>:\n550 user unknown\n'.repeat(100_000)}`,
      ),
  },
  {
    name: 'a bounce within a bounce, 10,000 deep',
    letter: () =>
      report(
        'Final-Recipient: rfc822; a@b.test\n',
        `${'Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/rfc822\n\n'.repeat(10_000)}`,
      ),
  },
  {
    name: '30,000 answers of a machine as JSON',
    letter: () =>
      Buffer.from(
        `From: MAILER-DAEMON@a.test\nReturn-Path: <>\nSubject: x\n\n${'{"notificationType":"Bounce","bounce":'.repeat(30_000)}`,
      ),
  },
]

/** The bytes between the boundaries `b`. */
function multipart(parts: string, subtype = 'mixed'): Buffer {
  return Buffer.from(`Content-Type: multipart/${subtype}; boundary=b\n\n${parts}--b--\n`)
}

function nested(depth: number): Buffer {
  const opening = Array.from(
    { length: depth },
    (_, at) => `Content-Type: multipart/mixed; boundary=b${at}\n\n--b${at}\n`,
  )
  return Buffer.from(`${opening.join('')}\nx\n`)
}

function encoded(type: string, content: Buffer, disposition = 'Content-Disposition: attachment\n'): Buffer {
  const lines = content.toString('base64').replace(/.{76}/g, '$&\n')
  return Buffer.from(`Content-Type: ${type}\n${disposition}Content-Transfer-Encoding: base64\n\n${lines}\n`)
}

function html(body: string): Buffer {
  return Buffer.from(`Content-Type: text/html; charset=utf-8\n\n<html><body>${body}`)
}

function report(status: string, returned = 'Subject: x\n'): Buffer {
  const parts = [
    'Content-Type: text/plain\n\nIt was not delivered.',
    `Content-Type: message/delivery-status\n\nReporting-MTA: dns; a.test\n\n${status}`,
    `Content-Type: message/rfc822\n\n${returned}`,
  ]
  return Buffer.from(
    `Content-Type: multipart/report; report-type=delivery-status; boundary=r\n\n--r\n${parts.join('\n--r\n')}\n--r--\n`,
  )
}

/** A winmail.dat whose text is that compressed RTF ([MS-OXTNEF] §2.1.3.3, PidTagRtfCompressed). */
function winmail(rtf: Buffer): Buffer {
  const padding = Buffer.alloc((4 - (rtf.length % 4)) % 4)
  const properties = Buffer.concat([u32(1), u16(0x0102), u16(0x1009), u32(1), u32(rtf.length), rtf, padding])
  return winmailOf(attribute(1, 0x00069003, properties))
}

function winmailOf(attributes: Buffer): Buffer {
  return encoded('application/ms-tnef; name=winmail.dat', Buffer.concat([u32(0x223e9f78), u16(1), attributes]))
}

function winmailWithin(depth: number): Buffer {
  let content = Buffer.concat([u32(0x223e9f78), u16(1)])
  for (let at = 0; at < depth; at++) {
    const file = [attribute(2, 0x00069002, Buffer.alloc(14)), attribute(2, 0x00018010, Buffer.from('winmail.dat\0'))]
    content = Buffer.concat([u32(0x223e9f78), u16(1), ...file, attribute(2, 0x0006800f, content)])
  }
  return encoded('application/ms-tnef; name=winmail.dat', content)
}

function attribute(level: number, id: number, value: Buffer): Buffer {
  let sum = 0
  for (const byte of value) sum = (sum + byte) & 0xffff
  return Buffer.concat([Buffer.from([level]), u32(id), u32(value.length), value, u16(sum)])
}

/** [MS-OXRTFCP] §3.1: a byte says of eight pairs that each stands for seventeen bytes written before. */
function compressedZeros(length: number, claimed = length * 8): Buffer {
  const group = Buffer.from([0xff, ...Array(8).fill([0x00, 0x0f]).flat()])
  return packedRtf(Buffer.alloc(length - (length % group.length), group), claimed)
}

function literal(rtf: string): Buffer {
  const bytes = Buffer.from(rtf, 'latin1')
  const groups: Buffer[] = []
  for (let at = 0; at < bytes.length; at += 8) groups.push(Buffer.from([0]), bytes.subarray(at, at + 8))
  return packedRtf(Buffer.concat(groups), bytes.length)
}

function packedRtf(packed: Buffer, claimed: number): Buffer {
  const checksum = (crc32(packed, 0xffffffff) ^ 0xffffffff) >>> 0
  return Buffer.concat([u32(packed.length + 12), u32(claimed), u32(0x75465a4c), u32(checksum), packed])
}

function u16(value: number): Buffer {
  return Buffer.from([value & 255, (value >> 8) & 255])
}

function u32(value: number): Buffer {
  return Buffer.from([value & 255, (value >> 8) & 255, (value >> 16) & 255, (value >>> 24) & 255])
}

/**
 * Runs of characters that make a careless regular expression go back and forth. Each is put wherever a letter has words
 * of its author: whoever reads it in time that grows with the square of its length is not done within the deadline.
 */

/** Each is repeated; they are divided by a broken bar. */
export const seeds = [
  ' ¦\t¦ \t¦\u00a0¦\n¦\n ¦ \n¦\r¦\r\n\r¦\0¦a¦a ¦A¦0¦1.¦ž¦\ud83d\ude00¦.¦,¦;¦:¦!¦?¦-¦_¦=¦*¦/¦\\¦|¦~¦#¦%¦+¦^¦$¦`¦\'¦"¦""¦\\"¦"\\',
  '(¦()¦)¦[¦]¦[]¦{¦}¦<¦<>¦>¦> ¦><¦>>> ¦\n>¦\n> ¦<<¦@¦a@¦@a¦a@b.¦a@b.cz ¦a@b.cz,¦<a@b.cz>¦"a" <a@b.cz>, ¦a: ¦a:;¦a:a;',
  ",,¦;;¦; ¦;a=¦;a*0=¦=?¦?=¦=?a¦=?utf-8?Q?¦=?utf-8?Q?a?=¦=?utf-8?B?YQ==?= ¦=?utf-8?B?¦=3D¦=\n¦=3¦==¦%41¦''¦+¦+AGE-¦+AG¦&-",
  '&¦&amp¦&amp;¦&#¦&#x¦&#38;¦&lt;¦&nbsp;¦--¦-- ¦\n--¦\n-- \n¦\n--b¦\n--b\n¦---- ¦____¦____\n¦12:¦10:00 ¦1. 1. 2026 ¦2026-',
  'On ¦On Mon, ¦On 1 ¦ wrote¦ wrote:¦wrote:\n¦On a wrote:\n> ¦From: ¦\nFrom: a¦\nSubject: ¦Sent from ¦Dne ¦ napsal¦napsal(a):',
  'Am ¦ schrieb¦Il ¦ ha scritto¦http://¦http://a¦https://a.cz/ ¦www.¦cid:¦//¦a/¦../¦data:¦javascript:¦[cid:a]¦Received: ',
  'begin 644 a\n¦\nbegin 644 a¦\n`\nend\n¦=ybegin line=128 size=1 name=a\n¦=ypart ¦=yend size=1\n¦=y¦}}¦{\\rtf¦{\\¦\\par ¦\\u1?',
  '\\\'41¦<a¦<a ¦<a href=¦<a href="¦</¦</a¦<!¦<!--¦-->¦<!-->¦<![CDATA[¦<?¦<p¦<p>¦<br¦<br>¦<div>¦<div style="¦<div><p>¦<b><i>',
  '<table>¦<td>¦<tr><td>¦<blockquote>¦<li>¦<pre>¦<svg>¦<math>¦<style>¦<style>a{¦<script>¦<script¦<title>¦<textarea>¦<select>',
  '<noscript>¦<img src=¦<img src="cid:¦a{¦a{}¦a{b:c}¦/*¦*/¦@media ¦@import ¦url(¦url("¦b:c;¦\\0¦\\61 ¦expression(¦a=b ¦a="b" ',
  '<a href="javascript:alert(1)">¦<img src=x onerror=a>¦<details data-folded="history">¦<template>¦<math><mtext>¦]]>¦\u00ad¦\xff¦Content-Type: message/rfc822\n\n',
  'BEGIN:VCALENDAR\n¦BEGIN:VEVENT\n¦RRULE:FREQ=DAILY;¦DTSTART;¦X;¦550 ¦550 5.1.1 ¦5.1.1 ¦Final-Recipient: rfc822; ¦user unknown ',
  'Diagnostic-Code: ¦Reporting-MTA: dns; ¦<a@b.cz>: 550 ¦undeliverable ¦\x1b$B¦\x1b(B¦\x1b¦~{¦ÿ¦\x80¦\u202e¦"a":¦{"a":¦[{',
].flatMap((line) => line.split('¦'))

export type Bait = { name: string; run: string }

/** Each as a run of that length, which does not end as its pattern would. */
export function baitsOf(length: number): Bait[] {
  return [...new Set(seeds)].map((seed) => ({
    name: JSON.stringify(seed),
    run: `${seed.repeat(Math.ceil(length / seed.length)).slice(0, length)}\u0001x`,
  }))
}

/** The places of a letter that a run can stand in. A header's value ends with its line: what would end it is folded. */
const places = {
  subject: (run: string) => letter(`Subject: ${folded(run)}`),
  from: (run: string) => letter(`From: ${folded(run)}`),
  recipients: (run: string) => letter(`To: ${folded(run)}\nCc: x ${folded(run)}\nReply-To: "${folded(run)}`),
  ids: (run: string) => letter(`Message-ID: <${folded(run)}\nReferences: ${folded(run)}\nIn-Reply-To: x${folded(run)}`),
  date: (run: string) => letter(`Date: Mon, ${folded(run)}`),
  'fields of programs': (run: string) =>
    letter(`Return-Path: <${folded(run)}\nAuto-Submitted: ${folded(run)}\nReceived: ${folded(run)}`),
  'names of fields': (run: string) => letter(`${run.replaceAll(/[\r\n]/g, '')}: x\n${run}`),
  'type of the letter': (run: string) => letter(`Content-Type: ${folded(run)}`),
  'name of a file': (run: string) =>
    multipart(`Content-Type: image/png; name="${folded(run)}\nContent-ID: <${folded(run)}`),
  'disposition of a file': (run: string) => multipart(`Content-Disposition: attachment; filename*0="${folded(run)}`),
  boundary: (run: string) =>
    letter(`Content-Type: multipart/mixed; boundary="${folded(run).slice(0, 1_000)}"`, `--${run}`),
  text: (run: string) => letter('Subject: x', run),
  'text of a reply': (run: string) =>
    letter('Subject: x', `Yes.\n${run}\n\nOn Mon, Petr wrote:\n> ${run}\n-- \n${run}`),
  'quoted-printable': (run: string) => letter('Content-Transfer-Encoding: quoted-printable', run),
  base64: (run: string) => letter('Content-Transfer-Encoding: base64', run),
  flowed: (run: string) => letter('Content-Type: text/plain; format=flowed; delsp=yes', run),
  HTML: (run: string) => html(`<p>${run}</p>`),
  attributes: (run: string) => {
    const value = run.replaceAll('"', "'")
    return html(`<a href="${value}">x</a><p style="${value}" ${run}>x</p><img src="cid:${value}"><img src="${value}">`)
  },
  'a style sheet': (run: string) => html(`<style>${run}</style><p class="x">x</p>`),
  'a reply in HTML': (run: string) =>
    html(`Yes.<div class="gmail_quote">${run}<blockquote type="cite">${run}</blockquote></div>`),
  'a report': (run: string) => {
    const status = `Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; ${folded(run)}\nDiagnostic-Code: smtp; ${folded(run)}`
    return multipart('Content-Type: message/delivery-status', `${status}\n${run}`, 'report')
  },
  'a bounce in words': (run: string) =>
    letter(
      'From: MAILER-DAEMON@x.test\nReturn-Path: <>\nSubject: failure notice',
      `The following ${run} <a@x.test>: ${run}\n550 ${run}`,
    ),
  'a returned letter': (run: string) =>
    multipart(
      'Content-Type: message/rfc822',
      `Message-ID: <${folded(run)}\nSubject: ${folded(run)}\n\n${run}`,
      'report',
    ),
  'a calendar': (run: string) =>
    multipart(
      'Content-Type: text/calendar; method=REQUEST',
      `BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:${run}\nRRULE:${folded(run)}\nEND:VEVENT\nEND:VCALENDAR`,
    ),
  'a file in the text': (run: string) =>
    letter('Subject: x', `x\nbegin 644 a.txt\n${run}\n\n=ybegin line=128 size=9 name=${run}\n${run}`),
  PGP: (run: string) => letter('Subject: x', `-----BEGIN PGP SIGNED MESSAGE-----\n\n${run}\n-----BEGIN PGP ${run}`),
} satisfies Record<string, (run: string) => Buffer>

export type Place = keyof typeof places

export const placeNames = Object.keys(places) as Place[]

/** A letter with a run in one of its places. */
export function baited(place: Place, { run }: Bait): Buffer {
  return places[place](run)
}

/** The same run in several places at once, which is quicker; what they have to do with each other is left out. */
export function baitedAllOver({ run }: Bait): Buffer[] {
  const header = ['From', 'To', 'Subject', 'Date', 'References', 'Received', 'Auto-Submitted', 'Content-Disposition']
    .map((name) => `${name}: x ${folded(run)}`)
    .join('\n')
  return [
    letter(header, `${run}\n\nOn Mon, Petr wrote:\n> ${run}\n-- \n${run}`),
    html(
      `${run}<p title="${run.replaceAll('"', "'")}" ${run}>x</p><blockquote>${run}</blockquote><style>${run}</style>`,
    ),
    multipart(
      `Content-Type: message/delivery-status; name="${folded(run)}`,
      `${run}\n\nFinal-Recipient: ${folded(run)}`,
    ),
  ]
}

function letter(header: string, body = 'x'): Buffer {
  return Buffer.from(`${header}\nX-End: x\n\n${body}`)
}

function html(body: string): Buffer {
  return letter('Content-Type: text/html; charset=utf-8', `<html><body>${body}</body></html>`)
}

function multipart(partHeader: string, body = 'x', subtype = 'mixed'): Buffer {
  return letter(
    `Content-Type: multipart/${subtype}; boundary=outer`,
    `--outer\n\nx\n--outer\n${partHeader}\n\n${body}\n--outer--\n`,
  )
}

function folded(run: string): string {
  return run.replaceAll(/\r\n?|\n/g, '\n ')
}

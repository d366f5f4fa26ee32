/**
 * `npm run bench -- mail`: what reading a letter costs in processor time (all that is derived from it: parse, classify,
 * fold, sanitise), beside what mailparser's simpleParser needs for less, in turn within one run; and what a large letter
 * costs in memory.
 */
import { inspectLetter } from '@podatelna/mail'
import { simpleParser } from 'mailparser'
import { letter } from '../world/letters.ts'

export async function benchMail(): Promise<string> {
  const rows = [['', 'ours, ms', 'mailparser, ms', 'ratio', 'goal']]
  for (const { name, goal, times, raw } of await cases()) {
    const [ours, theirs] = await compare(raw, times)
    rows.push([name, ours.toFixed(2), theirs.toFixed(2), (ours / theirs).toFixed(2), goal])
  }
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  const table = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column]!)).join('   ')).join('\n')
  return `Processor time for one letter:\n${table}\n\n${await memoryOf(35)}`
}

type Case = { name: string; goal: string; times: number; raw: Buffer }

async function cases(): Promise<Case[]> {
  const base = { from: 'Jana Nováková <jana@acme.test>', to: 'support@desk.test', subject: 'Nejde VPN od rána' }
  const words = 'Od rána se nemůžeme připojit k VPN, hlásí to chybu 0x80072efd. Prosím o pomoc.\n'
  const quoted = `${words.repeat(20)}\n-- \nJana Nováková\nAcme s.r.o.\n\nDne 1. 11. 2026 v 10:00 Podpora napsal(a):\n${`> ${words}`.repeat(14)}`
  const paragraph = `<p style="margin:0;color:#333;font-family:Calibri,sans-serif"><b>Od rána</b> se <span style="color:red">nemůžeme</span> připojit k <a href="https://vpn.acme.test/">VPN</a>.</p>`
  const row = `<tr><td style="padding:4px;border:1px solid #ccc">${paragraph}</td><td>0x80072efd</td></tr>`
  const html = (times: number) =>
    `<html><head><style>p{margin:0}</style></head><body><table>${row.repeat(times)}</table><div class="gmail_quote"><div class="gmail_attr">Dne 1. 11. 2026 Podpora napsal(a):</div><blockquote class="gmail_quote">${paragraph.repeat(times)}</blockquote></div></body></html>`
  return [
    { name: 'a reply of 4 KB, text', goal: '≤ 1.5 ms', times: 400, raw: await letter({ ...base, text: quoted }) },
    {
      name: 'a reply of 4 KB, text and HTML',
      goal: '',
      times: 400,
      raw: await letter({ ...base, text: quoted.slice(0, 900), html: html(3) }),
    },
    { name: 'a letter of 250 KB, HTML', goal: '≤ 60 ms', times: 20, raw: await letter({ ...base, html: html(520) }) },
  ].map((one) => ({ ...one, name: `${one.name} (${(one.raw.length / 1024).toFixed(0)} KB)` }))
}

/** In turn, a tenth at a time: what the machine does meanwhile then hits both alike. */
async function compare(raw: Buffer, times: number): Promise<[number, number]> {
  const ours = async () => void inspectLetter(raw)
  const theirs = async () => void (await simpleParser(raw))
  for (const read of [ours, theirs]) await spend(read, Math.ceil(times / 5))
  const spent: [number, number] = [0, 0]
  for (let tenth = 0; tenth < 10; tenth++) {
    spent[0] += await spend(ours, times / 10)
    spent[1] += await spend(theirs, times / 10)
  }
  return [spent[0] / times, spent[1] / times]
}

async function spend(read: () => Promise<void>, times: number): Promise<number> {
  const before = process.cpuUsage()
  for (let i = 0; i < times; i++) await read()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000
}

async function memoryOf(mebibytes: number): Promise<string> {
  const content = Buffer.alloc((mebibytes * 1024 * 1024 * 57) / 78, 'x')
  const raw = await letter({ from: 'a@b.test', to: 'c@d.test', subject: 'x', text: 'See.', attachments: [{ content }] })
  const before = process.memoryUsage.rss()
  const cpu = await spend(async () => void inspectLetter(raw), 1)
  const more = (process.memoryUsage.rss() - before) / 1024 / 1024
  return `A letter of ${(raw.length / 1024 / 1024).toFixed(0)} MiB with one file: ${cpu.toFixed(0)} ms, ${more.toFixed(0)} MiB more memory.`
}

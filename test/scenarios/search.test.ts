import { afterAll, beforeAll, expect, test } from 'vitest'
import { companies, type Desk, type Json, openDesk } from '../scenario.ts'

const { acme } = companies
const [jana, petr] = acme.people as [(typeof acme.people)[0], (typeof acme.people)[0]]

let desk: Desk
let vpn: string
let printer: string
beforeAll(async () => {
  desk = await openDesk()
  const attachments = [{ filename: 'výpis-směrování.log', content: 'x' }]
  const opened = async (person: typeof jana, draft: object) =>
    (await desk.hearsFrom(acme, person, draft)).mail!.ticket_number!
  vpn = await opened(jana, { subject: 'Nejde VPN', text: 'Od rána se nemůžeme přihlásit k serverům.', attachments })
  printer = await opened(petr, { subject: 'Tiskárna v účtárně', text: 'Stampa non funziona: la stampante è bloccata.' })
})
afterAll(() => desk?.close())

test.each([
  ['a word of the subject, without its accents', 'tiskarna', () => [printer]],
  ['a word of a message, in another inflection', 'serverech', () => [vpn]],
  ['two words of one message', 'stampante bloccata', () => [printer]],
  ['the beginning of a word', 'přihl', () => [vpn]],
  ['a word of two letters, only as it is', 'od', () => [vpn]],
  ['no word that begins with two letters', 'ne', () => []],
  ['the name of a participant', 'Svoboda', () => [printer]],
  ['the address of a participant', jana.email, () => [vpn]],
  ['the name of a file', 'výpis', () => [vpn]],
  ['a number', 'P-100001', () => [vpn]],
  ['words that are in no ticket', 'kafe', () => []],
  ['operators of a query language, as the words they are', "VPN' | ! & (:*", () => [vpn]],
  ['nothing that is a word', '%_()', () => []],
  ['letters that become a quotation mark or a bracket', 'ŉ ʹ ʻ ʼ ʽ ˈ ː ⃝ ⑴ ⒇ \u0301 zzzz', () => []],
  ['a word beside such letters', 'VPN ʼ', () => [vpn]],
])('finds %s', async (_, q, expected) => {
  const { items } = await desk.api('GET', `/api/tickets?q=${encodeURIComponent(q)}`)
  expect(items.map(({ number }: Json) => number)).toEqual(expected())
})

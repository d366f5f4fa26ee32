/** Who writes and who answers in the invented desk. */
import { type Random, seeded } from '../../world/random.ts'
import type { Language } from './words.ts'

export type Person = { id: string; name: string; email: string }
export type Client = { id: string; name: string; domain: string; language: Language; contacts: Person[] }
export type Directory = {
  mailboxes: { id: string; address: string; language: Language }[]
  agents: Person[]
  clients: Client[]
  legacySystemId: string
}

/** Tickets of an organization on average; the first has a twelfth of all, most have a few dozen. */
const ticketsPerClient = 250

export function directory(seed: number, tickets: number): Directory {
  const random = seeded(seed)
  const clients = Array.from({ length: Math.max(10, Math.round(tickets / ticketsPerClient)) }, (_, i) =>
    client(random, i),
  )
  return {
    clients,
    mailboxes: mailboxes.map(([name, language], i) => {
      return { id: random.id(i + 1), address: `${name}@desk.test`, language }
    }),
    agents: Array.from({ length: 40 }, (_, i) => ({
      ...person(random, 'cs', 'desk.test', `a${i}`),
      id: random.id(i + 1),
    })),
    legacySystemId: random.id(1),
  }
}

/** How the first mailbox has most of the tickets, and the last next to none. */
export const mailboxShares = [0.55, 0.2, 0.12, 0.08, 0.0495, 0.0005]

const mailboxes = [
  ['support', 'cs'],
  ['assistenza', 'it'],
  ['datacentre', 'en'],
  ['network', 'cs'],
  ['sales', 'en'],
  ['privacy', 'en'],
] as const

function client(random: Random, i: number): Client {
  const language = random.weighted([
    ['cs', 0.55],
    ['it', 0.3],
    ['en', 0.15],
  ] as const)
  const name = `${random.one(trades[language])} ${random.one(people[language].last)}`
  const domain = `${plain(name).replaceAll(' ', '-')}-${i}.test`
  const count = 2 + Math.round(200 / (i + 2)) + random.below(5)
  const contacts = Array.from({ length: count }, (_, k) => person(random, language, domain, k === 0 ? '' : String(k)))
  return { id: random.id(i + 1), name, domain, language, contacts }
}

function person(random: Random, language: Language, domain: string, suffix: string): Person {
  const [first, last] = [random.one(people[language].first), random.one(people[language].last)]
  return { id: random.id(1), name: `${first} ${last}`, email: `${plain(first)}.${plain(last)}${suffix}@${domain}` }
}

function plain(name: string): string {
  return name.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
}

const trades = {
  cs: split(
    'Stavby Lékárna Pekárna Autodoprava Tiskárna Účetnictví Strojírny Zahradnictví Hotel Škola Pivovar Sklárny',
  ),
  it: split('Edilizia Farmacia Panificio Trasporti Tipografia Studio Officine Vivai Albergo Scuola Cantina Vetreria'),
  en: split('Builders Pharmacy Bakery Haulage Printers Accountants Works Nursery Hotel School Brewery Glass'),
}

const people = {
  cs: {
    first: split(
      'Jana Petr Eva Jiří Lenka Tomáš Věra Pavel Alena Ondřej Zdeňka Martin Šárka Václav Ivana Luboš Hana Radek',
    ),
    last: split(
      'Novák Svoboda Novotný Dvořák Černý Procházka Kučera Veselý Horák Němec Pokorný Marek Pospíšil Hájek Jelínek Král Růžička Beneš Fiala Sedláček Doležal Zeman Kolář Krejčí Navrátil Čermák Urban Vaněk Blažek Kříž',
    ),
  },
  it: {
    first: split(
      'Giulia Marco Anna Luca Francesca Paolo Chiara Andrea Elena Matteo Sara Davide Laura Simone Niccolò Marta',
    ),
    last: split(
      'Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco Bruno Gallo Conti Costa Giordano Mancini Rizzo Lombardi Moretti Barbieri Fontana Santoro Mariani Rinaldi Caruso',
    ),
  },
  en: {
    first: split(
      'Emma James Olivia William Grace Henry Alice George Lucy Thomas Sophie Edward Ruth Daniel Helen Peter',
    ),
    last: split(
      'Smith Jones Taylor Brown Williams Wilson Johnson Davies Robinson Wright Thompson Evans Walker White Roberts Green Hall Wood Jackson Clarke',
    ),
  },
}

function split(words: string): string[] {
  return words.split(' ')
}

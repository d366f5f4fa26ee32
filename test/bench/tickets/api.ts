/** What agents ask the API for, each kind with parameters of its own every time. */
import { api } from '@podatelna/contracts'
import pg from 'pg'
import { seeded } from '../../world/random.ts'
import { type Directory, mailboxShares } from './clients.ts'
import { firstNumber } from './life.ts'
import { commonWords, type Language, wordsAround } from './words.ts'

export type Question = { name: string; goal: number; paths: string[] }

const listGoal = 50
const searchGoal = 200

/** @param times how many different paths of each kind */
export async function questions(known: Known, times: number): Promise<Question[]> {
  const random = seeded(7)
  const made = (name: string, goal: number, path: (i: number) => string): Question => {
    return { name, goal, paths: Array.from({ length: times }, (_, i) => path(i)) }
  }
  const list = (name: string, query: (i: number) => string) =>
    made(`list: ${name}`, listGoal, (i) => `/api/tickets?${query(i)}`)
  const search = (name: string, q: (i: number) => string, more = '') =>
    made(`search: ${name}`, searchGoal, (i) => `/api/tickets?q=${encodeURIComponent(q(i))}${more}`)
  const { directory, samples } = known
  const client = () => directory.clients[random.rank(directory.clients.length)]!
  const agent = () => directory.agents[random.rank(directory.agents.length)]!.email
  const mailbox = (i: number) => directory.mailboxes[i % mailboxShares.length]!.address
  const status = (i: number) => ['queued', 'in_progress', 'waiting', 'scheduled', 'solved', 'closed'][i % 6]
  const rare = () => random.one(wordsAround(random.one(languages), 3_000 + random.below(10_000), 100))
  const middling = () => random.one(wordsAround(random.one(languages), 60, 300))
  // Nobody looks for words of two languages at once.
  const pairs = Array.from({ length: 200 }, (_, i) => {
    const words = wordsAround(languages[i % 3]!, 60, 300)
    return [random.one(words), random.one(words)]
  })
  return [
    list('no filter', () => ''),
    list('status', (i) => `status=${status(i)}`),
    list('several statuses', () => 'status=queued,in_progress,waiting'),
    list('mailbox', (i) => `mailbox=${mailbox(i)}`),
    list('organization', () => `organization=${client().id}`),
    list('assignee', () => `assignee=${agent()}`),
    list('nobody', () => 'assignee=none'),
    list('priority', (i) => `priority=${['low', 'normal', 'high', 'urgent'][i % 4]}`),
    list('deleted', () => 'deleted=true'),
    list('assignee and open', () => `assignee=${agent()}&status=queued,in_progress,waiting,scheduled`),
    list('organization and status', (i) => `organization=${client().id}&status=${status(i)}`),
    list('mailbox and priority', (i) => `mailbox=${mailbox(i)}&priority=urgent,high`),
    list('nobody and status', (i) => `assignee=none&status=${status(i)}`),
    list('status and priority', (i) => `status=${status(i)}&priority=urgent`),
    list('a saved filter, narrowed', (i) => `filter=${known.filters[i % known.filters.length]}&mailbox=${mailbox(i)}`),
    list('page 2', (i) => `cursor=${known.nexts[i % known.nexts.length]}`),
    list('page 2 of a saved filter', (i) => known.filterNexts[i % known.filterNexts.length]!),
    list('a page far back', () => `cursor=${placeOf(random.one(samples))}`),
    list('closed ones far back', () => `status=closed&cursor=${placeOf(random.one(samples))}`),
    made('one ticket', listGoal, () => `/api/tickets/P-${firstNumber + random.below(known.tickets)}`),
    search('a rare word', rare),
    search('a middling word', middling),
    search('a common word', (i) => commonWords[i % commonWords.length]!),
    search('two words', () => random.one(pairs).join(' ')),
    search(
      'two common words',
      (i) => ['dobrý pozdravem', 'buongiorno saluti', 'hello server', 'server problém'][i % 4]!,
    ),
    search('a common and a rare word', (i) => `${commonWords[i % 6]} ${rare()}`),
    search('a number', () => String(firstNumber + random.below(known.tickets))),
    search('a number of an old system', () => random.one(samples).legacy ?? '1234567'),
    search('an address', () => random.one(samples).address),
    search('the domain of an organization', () => client().domain),
    search('the name of a file', () => random.one(samples).filename ?? 'image001.png'),
    search('a Czech word without accents', () => plain(random.one(wordsAround('cs', 60, 2_000)))),
    search('words that are nowhere', (i) => `qxzw${i} vwxq`),
    search('a middling word, queued', middling, '&status=queued'),
    search('a common word, of an organization', (i) => commonWords[i % 6]!, `&organization=${client().id}`),
  ]
}

const languages: Language[] = ['cs', 'it', 'en']

export type Known = {
  tickets: number
  directory: Directory
  samples: Sample[]
  filters: string[]
  /** Cursors of second pages. */
  nexts: string[]
  /** The queries of second pages of saved filters. */
  filterNexts: string[]
}

type Sample = { id: string; at: Date; address: string; legacy: string | null; filename: string | null }

/** Tickets from all the years, with something to look for each. */
export async function samplesOf(databaseUrl: string, count: number): Promise<Sample[]> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  const { rows } = await client.query(
    `WITH picked AS (
       SELECT id, created_at, number FROM tickets
       WHERE number IN (SELECT $1::bigint + (random() * ((SELECT max(number) FROM tickets) - $1::bigint))::bigint FROM generate_series(1, $2)))
     SELECT id, created_at AS at, (SELECT address FROM participants WHERE ticket_id = picked.id LIMIT 1) AS address,
       (SELECT legacy_number FROM tickets t WHERE legacy_number IS NOT NULL AND t.number > picked.number ORDER BY number LIMIT 1) AS legacy,
       (SELECT filename FROM attachments a JOIN messages m ON m.id = a.message_id WHERE m.ticket_id = picked.id LIMIT 1) AS filename
     FROM picked ORDER BY number`,
    [firstNumber, count],
  )
  await client.end()
  return rows
}

function placeOf({ at, id }: Sample): string {
  return api.cursor({ at, id })
}

function plain(word: string): string {
  return word.normalize('NFD').replace(/\p{M}/gu, '')
}

/** Filters as agents save them. */
export function filtersToSave({ agents, mailboxes, clients }: Directory): object[] {
  return [
    { status: ['queued'], assignee: 'none' },
    { status: ['queued', 'in_progress', 'waiting'], priority: ['urgent', 'high'] },
    { assignee: agents[0]!.email, status: ['in_progress', 'waiting', 'scheduled'] },
    { assignee: agents[20]!.email },
    { mailbox: mailboxes[1]!.address, status: ['queued', 'waiting'] },
    { organization: clients[0]!.id, priority: ['urgent'] },
    { organization: clients[5]!.id, status: ['solved', 'closed'] },
    { status: ['closed'], priority: ['low'], mailbox: mailboxes[3]!.address },
  ]
}

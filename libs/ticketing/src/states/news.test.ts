import { TicketStatus } from '@podatelna/contracts'
import { expect, test } from 'vitest'
import { isNews } from './news.ts'
import { allowedMoves } from './states.ts'

test('of what staff may do, a client hears what changes what they wait for, or what is expected of them', () => {
  const told = TicketStatus.options.flatMap((from) =>
    allowedMoves[from].filter((to) => isNews(from, to)).map((to) => `${from} → ${to}`),
  )
  expect(told).toEqual([
    ...['queued → waiting', 'queued → scheduled', 'queued → solved'],
    ...['in_progress → waiting', 'in_progress → scheduled', 'in_progress → solved'],
    ...['waiting → queued', 'waiting → in_progress', 'waiting → scheduled', 'waiting → solved'],
    ...['scheduled → queued', 'scheduled → in_progress', 'scheduled → waiting', 'scheduled → scheduled'],
    'scheduled → solved',
    ...['solved → queued', 'solved → in_progress', 'closed → queued', 'closed → in_progress'],
  ])
})

import { subscriptions } from '@podatelna/contracts'
import { expect, test } from 'vitest'
import { isPlanned } from './plans.ts'

test('whatever the notices listen to, somebody is told about', () => {
  const names = subscriptions.outboundNotices.events.map(({ name }) => name)
  expect(names.filter((name) => !isPlanned(name))).toEqual([])
})

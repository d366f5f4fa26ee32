/** What a client is told of when they will hear from somebody (rules §6, "estimate of first reaction"). */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newestTo, openCase } from '../case.ts'
import { companies, type Desk, openDesk } from '../scenario.ts'

const { acme } = companies
const [jana] = acme.people as [(typeof acme.people)[0]]

let desk: Desk
beforeAll(async () => {
  desk = await openDesk()
})
afterAll(() => desk?.close())

test('nothing is promised until ten tickets tell what is usual; then what four of five of them waited, and no more', async () => {
  for (let n = 1; n <= 9; n++) {
    const { notice } = await openCase(desk)
    expect(notice.text).not.toContain('Obvykle')
  }
  await desk.later('100 minutes')
  const { items } = await desk.api('GET', '/api/tickets')
  for (const { number } of items) await desk.api('POST', `/api/tickets/${number}/notes`, { text: 'Looked at.' })
  await openCase(desk)
  expect((await newestTo(desk, jana.email)).text).toContain('Obvykle se Vám ozveme do 2 hodin.')
})

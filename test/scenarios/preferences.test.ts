import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { companies, type Desk, type Json, openDesk } from '../scenario.ts'
import { contactOf } from '../texting.ts'

const { acme } = companies
const [jana, petr] = acme.people as [(typeof acme.people)[0], (typeof acme.people)[0]]
const night = { from: '22:00', to: '07:00' }

describe('what administrators set', () => {
  let desk: Desk
  let contact: Json
  beforeAll(async () => {
    desk = await openDesk()
    contact = await contactOf(desk, jana)
  })
  afterAll(() => desk.close())
  const change = (changes: Json) => desk.api('PATCH', `/api/contacts/${contact.id}`, changes)
  const problem = async (changes: Json) => {
    const headers = { authorization: `Bearer ${desk.adminToken}`, 'content-type': 'application/json' }
    const answer = await desk.http(`/api/contacts/${contact.id}`, {
      method: 'PATCH',
      headers,
      body: JSON.stringify(changes),
    })
    return { status: answer.status, ...JSON.parse(await answer.text()) }
  }

  test('a contact gets every notice, at any hour, until somebody says otherwise', async () => {
    expect(contact).toMatchObject({ notify: 'all', quiet_hours: null })
  })

  test('which mail they get, and when no texts, is kept and shown, and quiet hours can be taken away', async () => {
    expect(await change({ notify: 'digest_daily', quiet_hours: night })).toMatchObject({ quiet_hours: night })
    expect(await contactOf(desk, jana)).toMatchObject({ notify: 'digest_daily', quiet_hours: night })
    expect(await change({ quiet_hours: null })).toMatchObject({ notify: 'digest_daily', quiet_hours: null })
  })

  test('a new contact may come with both', async () => {
    const asked = { name: 'Ota', emails: ['ota@acme.example'], notify: 'mine', quiet_hours: night }
    const path = `/api/organizations/${contact.organization_id}/contacts`
    expect(await desk.api('POST', path, asked)).toMatchObject({ notify: 'mine', quiet_hours: night })
  })

  test.each<[Json, string, RegExp]>([
    [{ notify: 'weekly' }, 'notify', /must be one of all, mine, digest_hourly, digest_daily, answers/],
    [{ quiet_hours: { from: '22:00', to: '22:00' } }, 'quiet_hours.to', /must be another time/],
    [{ quiet_hours: { from: '25:00', to: '07:00' } }, 'quiet_hours.from', /is not a time of day/],
    [{ quiet_hours: { from: '22:00', to: '7:60' } }, 'quiet_hours.to', /is not a time of day/],
    [{ quiet_hours: { from: '22:00' } }, 'quiet_hours.to', /is needed/],
    [{ quiet_hours: { ...night, zone: 'UTC' } }, 'quiet_hours.zone', /is not known here/],
  ])('%j is refused, and says where', async (changes, path, sentence) => {
    expect(await problem(changes)).toMatchObject({
      status: 400,
      errors: [{ path, message: expect.stringMatching(sentence) }],
    })
  })

  test('a contact that was removed has no preference to change', async () => {
    const { id } = await contactOf(desk, petr)
    await desk.api('DELETE', `/api/contacts/${id}`)
    contact = { ...contact, id }
    expect(await problem({ notify: 'mine' })).toMatchObject({ status: 404 })
    contact = await contactOf(desk, jana)
  })

  test('a file of contacts may say both, and each line is told what is wrong with it', async () => {
    const csv = [
      'organization,name,emails,notify,quiet_hours',
      'Import,Eva,eva@import.example,Digest_Hourly,22:00 - 07:00',
      'Import,Ivo,ivo@import.example,weekly,',
      'Import,Ida,ida@import.example,,22:00-22:00',
      'Import,Jan,jan@import.example,,25:00-7',
      'Import,Leo,leo@import.example,,',
    ].join('\n')
    const { lines } = await desk.api('POST', '/api/contacts/import', { csv })
    expect(lines.map(({ outcome, detail }: Json) => [outcome, detail])).toEqual([
      ['created', expect.anything()],
      ['failed', expect.stringMatching(/^notify must be one of/)],
      ['failed', expect.stringMatching(/^quiet_hours.to must be another time/)],
      ['failed', expect.stringMatching(/^quiet_hours.from is not a time.*quiet_hours.to is not a time/)],
      ['created', ''],
    ])
    const eva = { email: 'eva@import.example' } as typeof jana
    expect(await contactOf(desk, eva)).toMatchObject({ notify: 'digest_hourly', quiet_hours: night })
    const again = 'organization,name,emails,notify,quiet_hours\nImport,Eva,eva@import.example,,none'
    await desk.api('POST', '/api/contacts/import', { csv: again })
    expect(await contactOf(desk, eva)).toMatchObject({ notify: 'digest_hourly', quiet_hours: null })
  })
})

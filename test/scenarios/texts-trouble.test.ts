import { afterAll, beforeAll, expect, test } from 'vitest'
import { companies, type Desk, openDesk } from '../scenario.ts'
import { giveNumbers, openUrgent, publicUrl, textsOf } from '../texting.ts'
import { certificate, certificateKey } from '../world/certificate.ts'
import { type MessageCentre, type Submitted, startMessageCentre } from '../world/smpp.ts'

const [jana] = companies.acme.people as [(typeof companies.acme.people)[0]]
const replies = 20

let centre: MessageCentre
let desk: Desk
beforeAll(async () => {
  centre = await startMessageCentre()
  desk = await openDesk({
    env: {
      ...{ SMS_URL: centre.url, PUBLIC_URL: publicUrl },
      ...{ SMS_BUDGET_RECIPIENT_HOUR: '100', SMS_BUDGET_RECIPIENT_DAY: '1000' },
    },
  })
  await giveNumbers(desk, jana, ['+420601000000'])
  await desk.colleague()
})
afterAll(async () => {
  await desk?.close()
  await centre?.close()
})

test('whatever a message centre does, nothing it took is sent again but once, when it did not say so, and all ends', async () => {
  /** What was answered to each part, in order, by the text's reference and the part's place. */
  const answers = new Map<string, string[]>()
  let round = 0
  centre.answer = async (part) => {
    // Of 17 answers two break off and four are "not now", in an order that no text follows.
    const word =
      ['take', 'drop', 'take', 'later', 'take', 'take', 'later', 'early', 'take'][(round++ * 5) % 17] ?? 'take'
    const id = `id-${round}`
    answers.set(nameOf(part), [...(answers.get(nameOf(part)) ?? []), word])
    if (word === 'early') await centre.receipt(id, 'DELIVRD')
    return word === 'drop' ? 'drop' : word === 'later' ? 0x58 : { id }
  }
  const number = await openUrgent(desk, jana)
  for (let i = 0; i < replies; i++) await desk.api('POST', `/api/tickets/${number}/replies`, { text: `Reply ${i}` })
  await expect.poll(() => stillGoing(number), { timeout: 90_000, interval: 200 }).toBe(0)

  const texts = await textsOf(desk, number)
  expect(texts).toHaveLength(replies + 1)
  expect(new Set(texts.map(({ state }) => state))).toEqual(new Set(['sent', 'failed']))
  for (const { state, attempts } of texts) {
    const unclear = attempts.filter(({ outcome }: { outcome: string }) => outcome === 'unclear').length
    expect(state === 'failed' ? unclear === 2 : unclear <= 1).toBe(true)
  }
  for (const words of answers.values()) {
    expect(words.filter((word) => word !== 'later').length).toBeLessThanOrEqual(2)
  }
}, 120_000)

test('a message centre is spoken to by TLS, and believed by its certificate only', async () => {
  const secured = await startMessageCentre('secret', { cert: certificate, key: certificateKey })
  // On this machine nobody stands between; by this name it is any other host.
  const elsewhere = secured.url.replace('127.0.0.1', '127.1')
  for (const [url, outcome, answer] of [
    [secured.url, 'sent', /^id-/],
    [elsewhere, 'deferred', /self-signed certificate/],
  ] as const) {
    const one = await openDesk({ env: { SMS_URL: url, PUBLIC_URL: publicUrl } })
    try {
      await giveNumbers(one, jana, ['+420601000000'])
      const [text] = await textsOf(one, await openUrgent(one, jana))
      expect(text!.attempts[0]).toMatchObject({ outcome, answer: expect.stringMatching(answer) })
    } finally {
      await one.close()
    }
  }
  await secured.close()
}, 60_000)

/** Lets all that waits be tried now, but for what a process has in hand under its lease; how many have not ended. */
async function stillGoing(number: string): Promise<number> {
  await desk.podatelna.app.store.prisma.$executeRaw`
    UPDATE texts SET due_at = now()
    WHERE state = 'queued' AND due_at NOT BETWEEN now() + interval '121 seconds' AND now() + interval '181 seconds'`
  return (await textsOf(desk, number)).filter(({ state }) => state === 'queued').length
}

function nameOf({ header, words }: Submitted): string {
  return `${header![2]} ${header!.at(-1)} ${words}`
}

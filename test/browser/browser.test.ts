/** In a real browser: what was made safe runs nothing, loads nothing, stays in its box, and is read as it was written. */
import { sanitiseHtml } from '@podatelna/mail'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startChromium } from '../world/chromium.ts'
import { attacks } from './attacks.ts'
import { letters } from './letters.ts'
import { mutations } from './mutations.ts'
import { openPages, type Pages } from './pages.ts'

let pages: Pages
let closed: () => Promise<void>

beforeAll(async () => {
  const browser = await startChromium()
  pages = await openPages(browser)
  closed = () => browser.close()
}, 300_000)

afterAll(async () => {
  await pages?.close()
  await closed?.()
})

test('attacks that were not made safe do run, so the hook is there', async () => {
  const faults = await pages.show(['<img src=x onerror=pwned()>'])
  expect(faults.map(({ fault }) => fault)).toEqual(
    expect.arrayContaining([expect.stringMatching(/^ran/), expect.stringMatching(/^asked for/)]),
  )
})

test.each(Object.entries(attacks))('%s: nothing comes of them', async (_, family) => {
  expect(await faultsOf(family)).toEqual([])
})

test('letters of people are shown within their box', async () => {
  expect(await faultsOf(Object.values(letters))).toEqual([])
})

test('nothing comes of 4,000 letters made of attacks and of each other', async () => {
  const made = [...mutations(4000, 17)]
  for (let at = 0; at < made.length; at += 100) expect(await faultsOf(made.slice(at, at + 100))).toEqual([])
}, 300_000)

/** With the letter each is about. */
async function faultsOf(hostile: readonly string[]) {
  const faults = await pages.show(hostile.map((html) => sanitiseHtml(html)))
  return faults.map(({ at, fault }) => ({ html: hostile[at] ?? 'one of them', fault }))
}

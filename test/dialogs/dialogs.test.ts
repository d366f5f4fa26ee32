import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Desk, openDesk } from '../scenario.ts'
import { dialog } from '../world/client.ts'

/**
 * Each file is one conversation, named by what it shows, in the form that `dialog` reads. All speak to one desk with the
 * mailboxes support@desk.test and podpora@příklad.cz. Its folder says who speaks.
 */
const speakers: Record<string, { door: 'smtpPort' | 'lmtpPort'; localAddress: string }> = {
  '.': { door: 'smtpPort', localAddress: '127.0.0.1' },
  lmtp: { door: 'lmtpPort', localAddress: '127.0.0.1' },
  relay: { door: 'smtpPort', localAddress: '127.0.0.8' },
  proxy: { door: 'smtpPort', localAddress: '127.0.0.10' },
}
const files = globSync('**/*.txt', { cwd: import.meta.dirname }).sort()

let desk: Desk
beforeAll(async () => {
  desk = await openDesk({
    env: {
      LMTP_LISTEN: '127.0.0.1:0',
      TRUSTED_RELAYS: '127.0.0.8/31',
      PROXY_FROM: '127.0.0.10',
      MAX_LETTER_BYTES: '2000',
      MAX_RECIPIENTS: '3',
    },
  })
  await desk.api('POST', '/api/mailboxes', { address: 'podpora@příklad.cz', name: 'Podpora' })
})
afterAll(() => desk?.close())

test.each(files)('%s', async (file) => {
  const { door, localAddress } = speakers[dirname(file)]!
  const script = readFileSync(join(import.meta.dirname, file), 'utf8')
  expect(await dialog(desk.podatelna[door]!, script, { localAddress })).not.toEqual([])
})

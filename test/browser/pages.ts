/** Pages on loopback with letters in boxes, and what a browser makes of them. */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mapInlineImages } from '@podatelna/mail'
import type { Browser } from 'playwright-core'

/** What is wrong with a letter, as the browser sees it; `at` is -1 when it does not tell with which. */
export type Fault = { at: number; fault: string }

export type Pages = {
  /** Shows each in a box of its own, as part of a page and once more as inserted by a script; tells what went wrong. */
  show(letters: readonly string[]): Promise<Fault[]>
  close(): Promise<void>
}

export async function openPages(browser: Browser): Promise<Pages> {
  let html = ''
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8').end(request.url === '/' ? html : '')
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const page = await browser.newPage({ viewport: { width: 1200, height: 800 } })
  let asked: string[] = []
  page.on('request', (request) => {
    if (request.url() !== address) asked.push(request.url())
  })
  return {
    async show(letters) {
      asked = []
      // As they are shown: pictures that are not there have lost their source.
      const shown = letters.map((letter) => mapInlineImages(letter, () => undefined))
      html = pageWith(shown)
      await page.goto(address, { waitUntil: 'load' })
      const faults: Fault[] = await page.evaluate(`(${look})(${JSON.stringify(shown)})`)
      return [...faults, ...asked.map((url) => ({ at: -1, fault: `asked for ${url.slice(0, 200)}` }))]
    },
    async close() {
      await page.close()
      server.close()
    },
  }
}

const look = readFileSync(new URL('look.js', import.meta.url), 'utf8').replace('export ', '')

/** The boxes have nothing that keeps a letter in, only room for letters that stand a little out of their line. */
function pageWith(letters: readonly string[]): string {
  const boxes = letters.map((letter) => `<div class="box">${letter}</div>`)
  return `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><style>${style}</style><script>${hook}</script>
<body>${boxes.join('\n')}`
}

const style = `body { margin: 300px }
.box { display: flow-root; width: 400px; margin: 300px 0; padding: 40px; font: 16px/1.5 sans-serif; overflow-wrap: anywhere }
img { max-width: 100% }`

const hook = 'window.ran = []; window.pwned = (...what) => void window.ran.push(String(what))'

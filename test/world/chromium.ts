import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import { type Browser, chromium } from 'playwright-core'

/**
 * A real browser, of Debian's package. Installed now by apt-get where it is not yet.
 *
 * @throws Error with a sentence that says what to do
 */
export async function startChromium(): Promise<Browser> {
  const executablePath = await ensureChromium()
  // Nothing of its own on the network; as root there is no sandbox to be had.
  const quiet = ['--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync']
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--no-first-run', ...quiet] })
}

async function ensureChromium(): Promise<string> {
  const found = programs.find((path) => existsSync(path))
  if (found) return found
  if (process.getuid?.() === 0 && (await installed())) return programs[0]!
  throw new Error(
    'This test needs Chromium. Install the package chromium, or run the tests as root on Debian, where they install it ' +
      'themselves.',
  )
}

const programs = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome-stable']

async function installed(): Promise<boolean> {
  const install = ['install', '--yes', '--no-install-recommends', 'chromium']
  return (await succeeds(['update'])) && (await succeeds(install)) && existsSync(programs[0]!)
}

async function succeeds(args: string[]): Promise<boolean> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  return promisify(execFile)('apt-get', args, { env }).then(
    () => true,
    () => false,
  )
}

import { rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { freshFolder } from '../world/folder.ts'
import { freePorts } from '../world/ports.ts'
import { type Process, startProcess } from '../world/service.ts'

const leftBehind: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const clear of leftBehind.splice(0).reverse()) await clear()
})

test('a first start needs no settings, prints where everything is and the administrator once; Ctrl-C keeps it all', async () => {
  const place = await freshPlace()
  const first = start(place)
  await first.prints('Podatelna is ready.')
  const password = /password\s+(\S+)/.exec(first.output())![1]!
  expect(await status(place, '/readyz')).toBe(200)
  expect(await signIn(place, password)).toBe(true)
  first.child.kill('SIGINT')
  expect(await first.exitCode()).toBe(0)

  const second = start(place)
  await second.prints('Podatelna is ready.')
  expect(second.output()).not.toContain('password  ')
  expect(await signIn(place, password)).toBe(true)
  await second.stop('SIGINT')
})

test('killed with -9 it starts again on the same data, although its database server lived on', async () => {
  const place = await freshPlace()
  const first = start(place)
  await first.prints('Podatelna is ready.')
  await first.stop('SIGKILL')
  const second = start(place)
  await second.prints('Podatelna is ready.')
  expect(await status(place, '/readyz')).toBe(200)
  await second.stop('SIGINT')
})

test('a second instance on the same data folder says who has it and ends with 1', async () => {
  const place = await freshPlace()
  const first = start(place)
  await first.prints('Podatelna is ready.')
  await refuses(
    start({ ...(await freshPlace()), DATA_DIR: place.DATA_DIR }),
    /another instance \(process \d+\) is running/,
  )
  expect(await status(place, '/readyz')).toBe(200)
  await first.stop('SIGINT')
})

test('of three that start together on what a killed one left behind, exactly one runs', async () => {
  const place = await freshPlace()
  await writeFile(join(place.DATA_DIR, 'podatelna.pid'), '999999999')
  const others = await Promise.all([freshPlace(), freshPlace()])
  const started = [place, ...others].map((other) => start({ ...other, DATA_DIR: place.DATA_DIR }))
  const ends = await Promise.all(
    started.map((one) => Promise.race([one.prints('Podatelna is ready.'), one.exitCode()])),
  )
  expect(ends.sort()).toEqual([1, 1, undefined])
  for (const one of started) await one.stop('SIGINT')
})

test.each(['SMTP_LISTEN', 'HTTP_LISTEN'] as const)(
  'a port of %s that is taken is named, and it ends with 1',
  async (name) => {
    const place = await freshPlace()
    const other = createServer().listen(Number(place[name].split(':')[1]), '127.0.0.1')
    leftBehind.push(async () => void other.close())
    await refuses(start(place), `another program already listens on ${place[name]}`)
  },
)

test('a data folder that cannot be made is named, and it ends with 1', async () => {
  const place = await freshPlace()
  const file = join(place.DATA_DIR, 'a-file')
  await writeFile(file, '')
  await refuses(start({ ...place, DATA_DIR: join(file, 'below') }), /cannot start: .*a-file/)
})

test('wrong settings are reported all at once, each with its sentence, before anything is opened', async () => {
  const place = {
    ...(await freshPlace()),
    SMTP_LISTEN: 'everywhere',
    MAX_LETTER_BYTES: 'many',
    RELAY_URL: 'mail.example.com',
  }
  const wrong = start(place)
  await refuses(wrong, '3 of the settings cannot be used')
  for (const name of ['SMTP_LISTEN:', 'MAX_LETTER_BYTES:', 'RELAY_URL:']) expect(wrong.output()).toContain(name)
})

test('a service of its own says which settings separate processes need', async () => {
  await refuses(startProcess('tickets', {}), /DATABASE_URL: is needed[\s\S]*AMQP_URL: is needed/)
})

type Place = { DATA_DIR: string; SMTP_LISTEN: string; HTTP_LISTEN: string }

async function freshPlace(): Promise<Place> {
  const folder = await freshFolder('start')
  leftBehind.push(() => rm(folder, { recursive: true, force: true }))
  const [smtp, http] = await freePorts(2)
  return { DATA_DIR: folder, SMTP_LISTEN: `127.0.0.1:${smtp}`, HTTP_LISTEN: `127.0.0.1:${http}` }
}

function start(place: Place): Process {
  const started = startProcess('standalone', place)
  leftBehind.push(() => started.stop('SIGKILL'))
  return started
}

async function refuses(started: Process, sentence: string | RegExp): Promise<void> {
  expect(await started.exitCode()).toBe(1)
  expect(started.output()).toMatch(sentence)
  expect(started.output(), 'no stack trace').not.toMatch(/\n\s+at /)
}

async function status(place: Place, path: string): Promise<number> {
  return (await fetch(`http://${place.HTTP_LISTEN}${path}`)).status
}

async function signIn(place: Place, password: string): Promise<boolean> {
  const response = await fetch(`http://${place.HTTP_LISTEN}/login`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: `http://${place.HTTP_LISTEN}` },
    body: new URLSearchParams({ email: 'admin@localhost', password }),
  })
  return response.headers.get('set-cookie')?.includes('podatelna_session=') ?? false
}

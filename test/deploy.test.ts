import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describeSettings } from '@podatelna/runtime'
import { expect, test } from 'vitest'
import { parse } from 'yaml'

const folder = join(import.meta.dirname, '../deploy')
const read = (name: string) => readFileSync(join(folder, name), 'utf8')
const compose: Compose = parse(read('compose.yaml'), { merge: true })
const ours = ['ingress', 'tickets', 'outbound', 'web']
const settings = describeSettings().map(({ name }) => name)

test('every variable of a service is a setting, and every variable of an image is one it knows', () => {
  const known: Record<string, string[]> = {
    postgres: ['POSTGRES_USER', 'POSTGRES_PASSWORD', 'POSTGRES_DB'],
    rabbitmq: ['RABBITMQ_DEFAULT_USER', 'RABBITMQ_DEFAULT_PASS'],
  }
  expect(Object.keys(compose.services).sort()).toEqual([...ours, ...Object.keys(known)].sort())
  for (const [name, { environment }] of Object.entries(compose.services)) {
    const unknown = Object.keys(environment).filter((variable) => !(known[name] ?? settings).includes(variable))
    expect(unknown, name).toEqual([])
  }
})

test('every variable of the image is a setting', () => {
  const line = /^ENV (.+)$/m.exec(read('Dockerfile'))?.[1] ?? ''
  const names = [...line.matchAll(/(\w+)=/g)].map(([, name]) => name!)
  expect(names.filter((name) => !settings.includes(name)).sort()).toEqual(['NODE_ENV', 'SERVICE'])
})

test('the example names exactly the variables that compose asks for', () => {
  const asked = [...read('compose.yaml').matchAll(/\$\{(\w+)/g)].map(([, name]) => name!)
  const explained = [...read('.env.example').matchAll(/^(\w+)=/gm)].map(([, name]) => name!)
  expect(explained.sort()).toEqual([...new Set(asked)].sort())
})

test('all services share database, broker, keys and letters, and none may write to its own image', () => {
  for (const name of ours) {
    const { environment, volumes = [], read_only } = compose.services[name]!
    for (const shared of ['DATABASE_URL', 'AMQP_URL', 'SECRET_KEYS', 'LETTER_STORE', 'MAIL_DOMAIN']) {
      expect(environment[shared], `${name} ${shared}`).toBe(compose.services.ingress!.environment[shared])
    }
    const readsLetters = volumes.some((volume) => volume.startsWith('letters:/letters'))
    expect([name, readsLetters, read_only]).toEqual([name, name !== 'outbound', true])
  }
})

test('every service is built from the one Dockerfile, under its own name', () => {
  const built = ours.map((name) => compose.services[name]?.build)
  expect(built).toEqual(
    ours.map((name) => ({ context: '..', dockerfile: 'deploy/Dockerfile', args: { SERVICE: name } })),
  )
})

test('every volume that is used is declared', () => {
  const used = Object.values(compose.services).flatMap(({ volumes = [] }) => volumes.map((v) => v.split(':')[0]!))
  const named = used.filter((source) => !source.startsWith('.'))
  expect([...new Set(named)].sort()).toEqual(Object.keys(compose.volumes).sort())
})

type Compose = {
  services: Record<
    string,
    { environment: Record<string, string>; volumes?: string[]; read_only?: boolean; build?: object }
  >
  volumes: Record<string, null>
}

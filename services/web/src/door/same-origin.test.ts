import type { FastifyRequest } from 'fastify'
import { expect, test } from 'vitest'
import { localPath } from '../pages/login.ts'
import { isForeign, isOurOrigin } from './same-origin.ts'

const publicUrl = 'https://desk.example/podatelna'
const request = (headers: Record<string, string>) =>
  ({ headers: { host: '10.0.0.5:8080', ...headers } }) as unknown as FastifyRequest

test.each([
  [{ origin: 'https://desk.example' }, true],
  [{ origin: 'http://10.0.0.5:8080' }, true],
  [{ 'sec-fetch-site': 'same-origin' }, true],
  [{}, false],
  [{ origin: 'null' }, false],
  [{ origin: 'https://evil.example' }, false],
  [{ origin: 'https://desk.example.evil.example' }, false],
  [{ origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }, false],
  [{ 'sec-fetch-site': 'same-site' }, false],
])('a form sent with %j is ours: %j', (headers, ours) => {
  expect(isOurOrigin(request(headers), publicUrl)).toBe(ours)
})

test('a program that says nothing of its origin is no stranger; another site is', () => {
  expect(isForeign(request({}), publicUrl)).toBe(false)
  expect(isForeign(request({ 'sec-fetch-site': 'none' }), publicUrl)).toBe(false)
  expect(isForeign(request({ 'sec-fetch-site': 'cross-site' }), publicUrl)).toBe(true)
  expect(isForeign(request({ origin: 'https://evil.example' }), publicUrl)).toBe(true)
})

test.each(['//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:alert(1)', '', undefined, '/a\nb'])(
  'nobody is sent to %j after signing in',
  (next) => expect(localPath(next)).toBe('/'),
)

test('after signing in one is where one wanted to be', () => {
  expect(localPath('/tickets/P-100001?x=1#message-2')).toBe('/tickets/P-100001?x=1#message-2')
})

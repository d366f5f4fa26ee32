import { expect, test } from 'vitest'
import { downloadType, rasterType } from './safe-type.ts'

test.each([
  'text/html',
  'image/svg+xml',
  'application/xhtml+xml',
  'text/xml',
  'text/javascript',
  'multipart/mixed',
  '',
])('%s leaves us as bytes', (said) => {
  expect(downloadType(said)).toBe('application/octet-stream')
})

test('what can do nothing keeps its type', () => {
  expect(downloadType('image/PNG')).toBe('image/png')
  expect(downloadType('application/pdf')).toBe('application/pdf')
  expect(downloadType('text/plain; charset=utf-7')).toBe('application/octet-stream')
})

test.each([
  ['image/png', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')],
  ['image/jpeg', Buffer.from('ffd8ffe000104a464946', 'hex')],
  ['image/gif', Buffer.from('GIF89a\x01\x00')],
  ['image/webp', Buffer.from('RIFF\x10\x00\x00\x00WEBPVP8 ')],
  ['image/bmp', Buffer.from('424d3600000000000000360000002800', 'hex')],
])('an image is known by its first bytes: %s', (type, bytes) => {
  expect(rasterType(bytes)).toBe(type)
})

test.each(['<svg xmlns="http://www.w3.org/2000/svg">', '<!doctype html>', 'BMW and others', 'B', 'BM', '', '%PDF-1.7'])(
  'what is no raster image is none, whatever it is called: %s',
  (text) => {
    expect(rasterType(Buffer.from(text))).toBeUndefined()
  },
)

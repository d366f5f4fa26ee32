import { sanitiseHtml } from '@podatelna/mail'
import { expect, test } from 'vitest'
import { mapInlineImages, restoreRemoteImages } from './images.ts'

const logo = new Map([['logo@acme.cz', '/api/attachments/1?inline=1']])

test('an image of the letter is shown from where we have it', () => {
  const html = sanitiseHtml('<p>Hello <img src="cid:logo@acme.cz" alt="Logo"></p>')
  expect(mapInlineImages(html, logo)).toContain('src="/api/attachments/1?inline=1"')
  expect(mapInlineImages(sanitiseHtml('<img src="cid:logo%40acme.cz">'), logo)).toContain('src="/api/')
})

test('an image that the letter does not have keeps its alternative text only', () => {
  const html = mapInlineImages(sanitiseHtml('<img src="cid:nowhere" alt="Logo">'), logo)
  expect(html).not.toContain('src=')
  expect(html).toContain('alt="Logo"')
})

test('images of others come back by https when they are asked for', () => {
  const html = sanitiseHtml('<img src="http://example.com/a.png?b=1&amp;c=2" alt="A">')
  expect(mapInlineImages(html, logo)).toBe(html)
  expect(html).not.toContain(' src=')
  expect(restoreRemoteImages(html)).toContain(' src="https://example.com/a.png?b=1&amp;c=2"')
})

test('text that looks like an image is left alone', () => {
  const html = sanitiseHtml('<p>&lt;img src="cid:logo@acme.cz"&gt; data-remote-src="https://example.com"</p>')
  expect(restoreRemoteImages(mapInlineImages(html, logo))).toBe(html)
})

import { languages } from '@podatelna/contracts'
import { expect, test } from 'vitest'
import { type Link, linkPage } from './link-page.ts'
import { texts } from './texts.ts'

const link = (language: string): Link => ({
  address: 'jana@acme.example',
  language,
  timeZone: 'Europe/Prague',
  expiresAt: new Date('2030-01-31T12:00:00Z'),
  expired: false,
  letters: [
    {
      id: '01890000-0000-7000-8000-000000000001',
      subject: '<script>alert("1")</script>',
      receivedAt: new Date('2030-01-28T12:00:00Z'),
      bytes: 2_345_678,
      server: 'mail.acme.example [192.0.2.1]',
      state: 'waiting',
    },
  ],
})

test.each(languages)('the page in %s shows the letter, escapes its subject and offers both buttons', (language) => {
  const page = linkPage(link(language))
  expect(page).toContain(`<html lang="${language}">`)
  expect(page).toContain('&lt;script&gt;')
  expect(page).not.toContain('<script')
  expect(page).toContain('value="confirm"')
  expect(page).toContain('value="not_me"')
  expect(page).toMatch(/2[.,]3\sMB/)
})

test.each(languages)('nothing is left untranslated in %s', (language) => {
  const words = Object.entries(texts[language]).filter(([, text]) => typeof text === 'string')
  const same = words.filter(([name, text]) => language !== 'en' && Object(texts.en)[name] === text)
  expect(same.map(([name]) => name)).toEqual([])
  expect(words.every(([, text]) => text !== '')).toBe(true)
})

test('a letter that was decided has no buttons', () => {
  const [letter] = link('en').letters
  const page = linkPage({ ...link('en'), letters: [{ ...letter!, state: 'confirmed' }] }, 'already')
  expect(page).not.toContain('<button')
  expect(page).toContain('the earlier decision stands')
})

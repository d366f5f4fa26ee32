import { languages } from '@podatelna/contracts'
import { parseLetter } from '@podatelna/mail'
import { samples } from '@podatelna/notices'
import { readSettings } from '@podatelna/runtime'
import { simpleParser } from 'mailparser'
import { describe, expect, test } from 'vitest'
import { earlierOf, type Said } from './earlier.ts'
import { openLetterhead } from './letterhead.ts'

const letterhead = await openLetterhead({ settings: readSettings({}), keys: ['a secret that is long enough'] })
const said: Said = { author: { name: 'Jana' }, text: 'It burns.', at: '2026-01-02T03:04:05+00:00' }

describe('what is quoted beneath an answer', () => {
  test('is what was said before, if anything was', () => {
    expect(earlierOf(said)).toEqual({ name: 'Jana', text: 'It burns.', at: new Date('2026-01-02T03:04:05Z') })
    expect(earlierOf({ ...said, author: { name: '', email: 'jana@client.example' } })?.name).toBe('jana@client.example')
    expect(earlierOf(null)).toBeUndefined()
  })

  test('is cut where it is long, names one line, and opens nobody’s page', () => {
    const text = `See https://desk.example/t/${'a'.repeat(26)}\n${'line\n'.repeat(5_000)}`
    const quoted = earlierOf({ ...said, author: { name: 'A\r\nB:', email: 'a@b' }, text })!
    expect(quoted.name).toBe('A B:')
    expect(quoted.text).toContain('https://desk.example/t/…\n')
    expect(quoted.text.split('\n')).toHaveLength(101)
    expect(quoted.text.endsWith('\n[…]')).toBe(true)
  })

  test.each(languages)('is marked in %s as mail programs do, and is folded when it comes back', async (language) => {
    const earlier = { name: 'Jana', at: new Date('2026-03-04T05:06:07Z'), text: 'It burns.\nBadly, since 7.' }
    const { source } = await letterhead.write({
      ...{ kind: 'public_reply', values: { ...samples.public_reply[0]!, earlier }, language, thread: [], about: {} },
      mailbox: { address: 'support@example.com', name: 'Support', signature: '' },
      to: { address: 'jana@client.example', name: 'Jana' },
    })
    const { text, html } = await simpleParser(source)
    expect(text).toMatch(/2026.* .*Jana.*/)
    expect(text).toMatch(/\n\S.*:\n> It burns\.\n> Badly, since 7\.\n\n-- \nSupport\n\S+$/)
    expect(html).toContain('<blockquote type="cite" class="gmail_quote"')
    const parts = String(source).split(/^----_NmP.*$/m)
    for (const part of [parts[1]!, parts[2]!]) {
      const letter = parseLetter(Buffer.from(`MIME-Version: 1.0${part}`))
      expect(letter.visible_text).toContain('Please unplug it.')
      expect(letter.visible_text).not.toContain('It burns.')
      expect(letter.folded).toContainEqual(
        expect.objectContaining({ reason: 'history', text: expect.stringContaining('It burns.') }),
      )
    }
  })
})

import { describe, expect, test } from 'vitest'
import { readAgentAnswer } from './agent-answer.ts'
import { parseLetter } from './parse.ts'

describe('a first line that says #note makes a note, and is taken out', () => {
  test.each([
    ['plainly', '#note\nCall him first.'],
    ['in capitals', '#NOTE\nCall him first.'],
    ['with spaces behind it', '#Note   \t\nCall him first.'],
    ['below empty lines', '\n \n\n#note\nCall him first.'],
    ['behind spaces that do not break', '\u00a0\u00a0#note\u00a0\nCall him first.'],
    ['behind what nobody sees', '\ufeff\u200b#no\u00adte\nCall him first.'],
    ['below a line of what nobody sees', '\u200b\u2060\u3164\n#note\nCall him first.'],
    ['in wide letters', '＃ｎｏｔｅ\nCall him first.'],
    ['in bold', '*#note*\nCall him first.'],
    ['with a space within', '# note\nCall him first.'],
    ['with the text behind it', '#note: Call him first.'],
  ])('%s', (_, text) => {
    expect(answer(text)).toEqual({ note: true, text: 'Call him first.' })
  })

  test.each([
    ['<div>#note</div><div>Call him first.</div>'],
    ['<html><body><p><b>#Note</b>&nbsp;</p><p>Call him first.</p></body></html>'],
    ['<div><br></div><div>&nbsp;</div><div dir="ltr">#note<br>Call him first.</div>'],
    ['<p><span>#</span><span style="color:red">note</span></p><p>Call him first.</p>'],
    ['<!-- x --><style>p{}</style><p>&#35;note</p><p>Call him first.</p>'],
  ])('in HTML: %s', (html) => {
    const read = readAgentAnswer(letter(`Content-Type: text/html; charset=utf-8\r\n\r\n${html}`))
    expect(read).toMatchObject({ note: true, text: 'Call him first.' })
  })

  test('in quoted-printable, its sign and its spaces encoded', () => {
    const head = 'Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable'
    const read = readAgentAnswer(letter(`${head}\r\n\r\n=C2=A0=\r\n=23no=\r\nte=20\r\nCall him =\r\nfirst.`))
    expect(read).toMatchObject({ note: true, text: 'Call him first.' })
  })

  test('where only one of text and HTML says it', () => {
    const part = (type: string, body: string) => `--b\r\nContent-Type: text/${type}\r\n\r\n${body}\r\n`
    const head = 'Content-Type: multipart/alternative; boundary=b'
    const read = (text: string, html: string) =>
      readAgentAnswer(letter(`${head}\r\n\r\n${part('plain', text)}${part('html', html)}--b--`)).note
    expect(read('Call him.', '<p>#note</p><p>Call him.</p>')).toBe(true)
    expect(read('#note\r\nCall him.', '<p>Call him.</p>')).toBe(true)
    expect(read('Call him.', '<p>Call him.</p>')).toBe(false)
  })

  test('below the quote that it answers', () => {
    const text = 'On 1 May 2026, Support <support@desk.test> wrote:\n> Nothing works.\n\n#note\nCall him first.\n'
    expect(answer(text)).toEqual({ note: true, text: 'Call him first.' })
  })
})

test.each([['#notebook is broken'], ['Hello\n#note\nworld'], ['note\nworld'], ['> #note\n> quoted\n\nworld']])(
  'anything else is no note: %s',
  (text) => {
    expect(answer(text).note).toBe(false)
  },
)

describe('what was quoted of our notice is not sent', () => {
  const line = '##- Answer above this line -##'

  test('behind signs of a quote', () => {
    const text = `Restart it.\n\n> ${line}\n>\n> Jana wrote:\n> Broken.\n\nKarel`
    expect(answer(text).text).toBe('Restart it.\n\n\nKarel')
  })

  test('without them', () => {
    expect(answer(`Restart it.\n\n${line}\nJana wrote:\nBroken.`).text).toBe('Restart it.')
  })

  test('wherever it begins', () => {
    expect(answer(`Restart it.\n> ${line}\n> Broken.\nKarel\n> ${line}\n${line}\nBroken.`).text).toBe(
      'Restart it.\nKarel',
    )
  })

  test('nor what a program says about it before', () => {
    const header = 'From: Support <support+token@desk.test>\nSent: Friday\nTo: Karel\nSubject: Broken'
    const html = `<p>Restart it.</p><hr><p>${header.replaceAll('<', '&lt;').replaceAll('\n', '<br>')}</p><p>${line}</p><p>x</p>`
    const read = readAgentAnswer(letter(`Content-Type: text/html; charset=utf-8\r\n\r\n${html}`))
    expect(read.text).toBe('Restart it.')
    expect(JSON.stringify(read.folded)).toContain('token@desk.test')
    const own = `Restart it.\nLogin: karel\nPassword: none\n\n${line}\nx`
    expect(readAgentAnswer({ text: '', visible_text: own, folded: [] }).text).toContain('Password: none')
  })

  test('and is kept among what is folded', () => {
    const { folded } = readAgentAnswer({ text: '', visible_text: `Restart it.\n${line}\nBroken.`, folded: [] })
    expect(folded).toEqual([{ reason: 'history', text: `${line}\nBroken.`, at: 11 }])
  })

  test('and where nothing is left, staff get it as a note', () => {
    expect(answer(`${line}\nBroken.\nRestart it.`)).toEqual({ note: true, text: `${line}\nBroken.\nRestart it.` })
  })
})

function answer(text: string): { note: boolean; text: string } {
  const { folded, ...read } = readAgentAnswer(letter(`Content-Type: text/plain; charset=utf-8\r\n\r\n${text}`))
  return read
}

function letter(rest: string) {
  return parseLetter(Buffer.from(`From: Karel <karel@desk.test>\r\nSubject: Re: x\r\n${rest}`))
}

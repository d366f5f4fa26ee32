import { expect, test } from 'vitest'
import { parseLetter } from './parse.ts'

test('an image is inline when the body refers to it, however its id is written, and an attachment otherwise', () => {
  const parts = ['a@b.test', 'a&b', 'unused'].map((id) => `--b\nContent-Type: image/png\nContent-ID: <${id}>\n\nx\n`)
  const html = '<img src="cid:a%40b.test"><img src="cid:a&amp;b"><p>cid:unused</p>'
  const source = `Content-Type: multipart/related; boundary=b\n\n--b\nContent-Type: text/html\n\n${html}\n${parts.join('')}--b--\n`
  const { attachments } = parseLetter(Buffer.from(source))
  expect(attachments.map(({ content_id, inline }) => [content_id, inline])).toEqual([
    ['a@b.test', true],
    ['a&b', true],
    ['unused', false],
  ])
})

test('a letter of HTML alone has text, within a multipart too', () => {
  const html =
    '<p>Dear&nbsp;Petr,</p><p>it\n burns &lt;here&gt;.<br>Jana</p><table><tr><td>a</td><td>b</td></tr></table>'
  const { text } = parseLetter(
    Buffer.from(`Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n\n${html}\n--b--\n`),
  )
  expect(text).toBe('Dear Petr,\n\nit burns <here>.\nJana\n\na b')
})

test('a letter whose lines end with a bare CR is read', () => {
  const { text, warnings } = parseLetter(Buffer.from('Subject: x\rContent-Type: text/plain\r\rfirst\rsecond\r'))
  expect(text.trim()).toBe('first\nsecond')
  expect(warnings).toEqual(['Its lines end with a bare CR; they are read as lines all the same.'])
})

test.each([
  ['is lost', 'multipart/mixed'],
  ['is another', 'multipart/mixed; boundary=other'],
])('the text of a multipart whose boundary %s is shown', (_, type) => {
  const { text, warnings } = parseLetter(
    Buffer.from(`Content-Type: ${type}\n\n--b\nContent-Transfer-Encoding: quoted-printable\n\nHo=C5=99=C3=AD\n--b--\n`),
  )
  expect(text).toBe('Hoří')
  expect(warnings).toEqual(['Its parts are not divided as its header says; they were told apart by how they look.'])
})

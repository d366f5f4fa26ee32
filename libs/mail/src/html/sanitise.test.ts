import { expect, test } from 'vitest'
import { mapInlineImages, restoreRemoteImages } from './images.ts'
import { sanitiseHtml } from './sanitise.ts'

const said = (html: string) => /<span data-real-target=""> \[(.*?)\]<\/span><\/a>/.exec(sanitiseHtml(html))?.[1]

test.each([
  ['https://evil.example/', 'www.bank.example', 'evil.example'],
  ['https://evil.example/', 'https://bank.example/login', 'evil.example'],
  ['https://evil.example/', 'Log in at bank.example now', 'evil.example'],
  ['https://bank.example@evil.example/', 'bank.example', 'evil.example'],
  ['https://bank.example.evil.example/', 'bank.example', 'bank.example.evil.example'],
  ['https://evil.example/', 'ba<wbr>nk.example', 'evil.example'],
  ['https://evil.example/', 'bank\u200b.example', 'evil.example'],
  ['https://evil.example/', '<img src="https://a.test/x" alt="bank.example">', 'evil.example'],
  ['https://b\u0430nk.example/', 'b\u0430nk.example', 'xn--bnk-6cd.example'],
  ['mailto:eve@evil.example', 'jana@acme.example', 'eve@evil.example'],
])('a link to %s that reads "%s" says %s', (href, words, target) => {
  expect(said(`<a href="${href}">${words}</a>`)).toBe(target)
})

test.each([
  ['https://bank.example/', 'bank.example'],
  ['https://www.bank.example/a', 'http://bank.example'],
  ['https://news.bank.example/', 'www.bank.example'],
  ['https://bank.example/', 'ba<wbr>nk.exam<wbr>ple'],
  ['https://evil.example/', 'Click here'],
  ['https://evil.example/', '7.2M, 919.5K and 1.10.2 of them'],
  ['mailto:jana%40acme.example', 'jana@acme.example'],
  ['tel:+420123456789', 'call.me'],
])('a link to %s that reads "%s" says no more', (href, words) => {
  expect(said(`<a href="${href}">${words}</a>`)).toBeUndefined()
})

test('letters of Outlook are set as their sheet says', () => {
  const sheet = '<style><!-- p.MsoNormal, li.MsoNormal {margin:0cm; font-size:11.0pt;} --></style>'
  expect(sanitiseHtml(`${sheet}<p class=MsoNormal>Hello<o:p></o:p></p>`)).toBe(
    '<p style="margin:0;font-size:11pt">Hello</p>',
  )
})

test('elements written alike look as the sheet says that stands before them, and as what is around them', () => {
  const sheet = (size: string) => `<style>b{font-size:${size}}</style>`
  expect(sanitiseHtml(`<b>1</b>${sheet('10px')}<b>2</b>${sheet('150%')}<b>3</b>`)).toBe(
    '<b>1</b><b style="font-size:10px">2</b><b style="font-size:150%">3</b>',
  )
  const large = '<font style="font-size:60px"><i style="font-size:200%">a</i></font>'
  expect(sanitiseHtml(`<i style="font-size:200%">a</i>${large}`)).toBe(
    '<i style="font-size:200%">a</i><span style="font-size:60px"><i style="font-size:96px">a</i></span>',
  )
})

test('remote images wait until they are asked for; those that only count their readers are gone', () => {
  const html = sanitiseHtml(
    '<img src="http://a.test/a.png?b=1&amp;c=2" alt="A"><img src="https://a.test/o" width=1 height=1>',
  )
  expect(html).toBe('<img data-remote-src="http://a.test/a.png?b=1&amp;c=2" alt="A">')
  expect(restoreRemoteImages(html)).toBe('<img src="http://a.test/a.png?b=1&amp;c=2" alt="A">')
})

test('a link that is too long once its letters are encoded is none, as it would be when read again', () => {
  const [short, long] = [1_000, 2_000].map((times) =>
    sanitiseHtml(`<a href="https://a.test/${'ž'.repeat(times)}">x</a>`),
  )
  expect(short).toContain('<a href="https://a.test/%C5%BE')
  expect(long).toBe('x')
})

test('images of the letter are shown from where they are, and without a source where they are not', () => {
  const html = sanitiseHtml('<img src="cid:a%40b" alt="A"><img src="CID:c" alt="C">')
  const urls = new Map([['a@b', '/a?b&c']])
  expect(mapInlineImages(html, (id) => urls.get(id))).toBe('<img src="/a?b&amp;c" alt="A"><img alt="C">')
})

test('folds are ours only with the key', () => {
  const html = '<details data-folded="history" data-fold-key="k"><summary></summary>Old</details>'
  expect(sanitiseHtml(html, { foldKey: 'k' })).toBe('<details data-folded="history"><summary></summary>Old</details>')
  expect(sanitiseHtml(html, { foldKey: 'other' })).toBe('<div><div></div>Old</div>')
  expect(sanitiseHtml(html)).toBe('<div><div></div>Old</div>')
})

test('elements that are too deep leave their text', () => {
  const html = sanitiseHtml(`${'<div>'.repeat(100_000)}deep${'</div>'.repeat(100_000)}<p>after`)
  expect(html).toContain('deep')
  expect(html.endsWith('<p>after</p>')).toBe(true)
  expect(html.match(/<div>/g)).toHaveLength(150)
})

test('text that runs backwards ends where its words end', () => {
  expect(sanitiseHtml('<p>a\u202egpj.exe</p><p>\u202b12\u202c</p>')).toBe('<p>agpj.exe</p><p>\u202b12\u202c</p>')
})

test('a smile of Outlook is one', () => {
  expect(sanitiseHtml('<span style="font-family:Wingdings">J</span>')).toBe('☺')
})

test('a summary is ours in a fold of ours only, though written alike', () => {
  const fold = '<details data-folded="history" data-fold-key="k"><summary></summary>Old</details>'
  expect(sanitiseHtml(`<summary></summary>${fold}<summary></summary>`, { foldKey: 'k' })).toBe(
    '<div></div><details data-folded="history"><summary></summary>Old</details><div></div>',
  )
})

import fc from 'fast-check'
import { Parser } from 'htmlparser2'
import { expect, test } from 'vitest'
import { showHtml } from '../html/show.ts'
import { parseLetter } from '../parse.ts'
import { fold, markFolds } from './index.ts'

const quote = 'Zkuste to znovu.<br>Petr'

test.each([
  [
    'Gmail',
    `<div class="gmail_quote"><div dir="ltr" class="gmail_attr">maanantai 4.3. (p@desk.example) skrev noe<br></div><blockquote class="gmail_quote" style="margin:0 0 0 .8ex">${quote}</blockquote></div>`,
  ],
  [
    'Thunderbird',
    `<div class="moz-cite-prefix">Dne 04.03.24 v 10:12 Petr napsal(a):<br></div><blockquote type="cite" cite="mid:1@x">${quote}</blockquote>`,
  ],
  [
    'Apple Mail',
    `<div><br><blockquote type="cite"><div>Dne 4. 3. 2024, v 10:12, Petr &lt;<a href="mailto:p@x.example">p@x.example</a>&gt; napsal(a):</div><br>${quote}</blockquote></div>`,
  ],
  [
    'Outlook',
    `<div><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal><b>Od:</b> Petr<br><b>Odesláno:</b> pondělí 4. března 2024 10:12<br><b>Komu:</b> Jana<br><b>Předmět:</b> Síť</p></div></div><p class=MsoNormal>${quote}</p>`,
  ],
  [
    'Outlook, in a language nobody taught us',
    `<div id="appendonsend"></div><hr style="display:inline-block;width:98%"><div id="divRplyFwdMsg" dir="ltr"><b>Xyz:</b> Petr &lt;p@x.example&gt;<br><b>Xyzz:</b> 4. 3. 2024 10:12<br><b>Qwe:</b> Jana<br><b>Asd:</b> Síť</div><div>${quote}</div>`,
  ],
  [
    'Outlook on a telephone',
    `<div id="mail-editor-reference-message-container"><div><b>Kdo:</b> Petr</div><div>${quote}</div></div>`,
  ],
  [
    'Yahoo',
    `<div id="ydp1yahoo_quoted_2" class="ydp1yahoo_quoted"><div>Petr kirjoitti maanantaina:</div><div>${quote}</div></div>`,
  ],
  [
    'Seznam',
    `<aside>---------- Původní e-mail ----------<br>Od: Petr &lt;p@x.example&gt;<br>Komu: jana@acme.example<br>Datum: 4. 3. 2024 10:12<br>Předmět: Síť</aside><br><blockquote data-email="p@x.example">${quote}</blockquote>`,
  ],
  [
    'Proton',
    `<div class="protonmail_quote">On Monday, March 4th, 2024 at 10:12 AM, Petr &lt;p@x.example&gt; wrote:<br><br><blockquote class="protonmail_quote" type="cite">${quote}</blockquote></div>`,
  ],
  [
    'Zimbra',
    `<hr id="zwchr" data-marker="__DIVIDER__"><div data-marker="__HEADERS__"><b>From: </b>Petr<br><b>To: </b>Jana<br><b>Sent: </b>Monday, 4 March, 2024<br><b>Subject: </b>X<br></div><br><div data-marker="__QUOTED_TEXT__">${quote}</div>`,
  ],
  [
    'mail.ru',
    `<br>Понедельник, 4 марта 2024, 10:12 +03:00 от Petr &lt;p@x.example&gt;:<br><blockquote style="border-left:1px solid #0857A6">${quote}</blockquote>`,
  ],
  [
    'Hotmail',
    `<div>&gt; Subject: X<br>&gt; From: p@x.example<br>&gt; Date: Mon, 4 Mar 2024<br>&gt; <br>&gt; ${quote.replace('<br>', '<br>&gt; ')}</div>`,
  ],
])('what the letter answers is folded in HTML: %s', (_, history) => {
  const marked = markFolds(`<html><body><div>Nefunguje to.</div>${history}</body></html>`)
  expect(wordsOf(marked, 0)).toBe('Nefungujeto.')
  expect(marked.match(/<details data-folded="history"><summary><\/summary>/g)).toHaveLength(1)
})

test.each([
  ['Gmail', '-- <br><div class="gmail_signature" data-smartmail="gmail_signature">Jana</div>'],
  ['Thunderbird', '<pre class="moz-signature" cols="72">-- \nJana\nAcme</pre>'],
  ['Apple Mail', '<div id="AppleMailSignature">Odesláno z mého iPhonu</div>'],
  ['Outlook', '<div id="Signature"><p>Jana Nováková</p><p>Acme</p></div>'],
  [
    'Outlook on a telephone',
    '<div id="ms-outlook-mobile-signature">Získat <a href="https://aka.ms/x">Outlook pro iOS</a></div>',
  ],
  [
    'by its lines',
    '<p>S pozdravem<br>Jana<br>tel.: +420 777 123 456<br><a href="http://acme.example">www.acme.example</a></p>',
  ],
])('a signature is folded in HTML: %s', (_, signature) => {
  const marked = markFolds(`<p>Nefunguje to.</p>${signature}`)
  expect(wordsOf(marked, 0)).toBe('Nefungujeto.')
  expect(marked).toContain('<details data-folded="signature"><summary></summary>')
})

test('a fold that begins deep inside goes round whole elements: they are closed before it and opened again within', () => {
  const marked = markFolds('<div><p>Ano.<br><b>-----Original Message-----<br>From: x</b></p>Ne</div>')
  expect(marked).toBe(
    '<div><p>Ano.<br></p><details data-folded="history"><summary></summary><p><b>-----Original Message-----<br>From: x</b></p>Ne</details></div>',
  )
})

test('a fold that begins in one cell of a table and ends in another is one in each of them', () => {
  const marked = markFolds(
    '<table><tr><td>Ano.<br>-----Original Message-----</td><td></td></tr><tr><td>Proč?</td></tr></table>Petr',
  )
  const fold = (words: string) => `<details data-folded="history"><summary></summary>${words}</details>`
  expect(marked).toBe(
    `<table><tr><td>Ano.<br>${fold('-----Original Message-----')}</td><td></td></tr><tr><td>${fold('Proč?')}</td></tr></table>${fold('Petr')}`,
  )
})

test.each([
  [
    'a forward of Gmail',
    '<div class="gmail_quote"><div class="gmail_attr">---------- Forwarded message ---------<br>From: Petr</div><br>Pomoc!</div>',
  ],
  [
    'a forward of Apple Mail',
    '<blockquote type="cite"><div>Begin forwarded message:</div><b>From: </b>Petr<br><b>Date: </b>4. 3. 2024<br><br>Pomoc!</blockquote>',
  ],
  [
    'words that are set in',
    '<blockquote style="margin:0 0 0 40px;border:none;padding:0px">error 1<br>error 2<br>error 3</blockquote>',
  ],
  [
    'a table of an order',
    '<hr><table><tr><td>Name: Jana</td></tr><tr><td>Phone: 777</td></tr><tr><td>Email: j@x.example</td></tr></table>',
  ],
])('low confidence folds nothing in HTML: %s', (_, html) => {
  const page = `<p>Prosím o vyřešení.</p>${html}`
  expect(markFolds(page)).toBe(page)
})

test('answers between quotes stay visible, with the quotes', () => {
  const cite = (words: string) => `<blockquote type="cite">${words}</blockquote>`
  const marked = markFolds(
    `<p>Dne 4. 3. 2024 v 10:12 Petr napsal(a):</p>${cite('Kdy?')}<p>Zítra.</p>${cite('Kde?')}<p>U nás.</p>`,
  )
  expect(wordsOf(marked, 0)).toBe('Kdy?Zítra.Kde?Unás.')
})

test('a picture is something the author sent now', () => {
  const marked = markFolds('<img src="cid:a"><br>Odesláno z iPhonu')
  expect(marked).toBe(
    '<img src="cid:a"><br><details data-folded="signature"><summary></summary>Odesláno z iPhonu</details>',
  )
})

test('words that a program on the way added behind the end are folded there', () => {
  const marked = markFolds('<html><body><p>Ano.</p></body></html>\nVirus-free. www.avast.com')
  expect(marked).toContain(
    '</html><details data-folded="disclaimer"><summary></summary>\nVirus-free. www.avast.com</details>',
  )
})

test('what a letter marks itself is no fold of ours', () => {
  const marked = markFolds(
    '<details open data-folded="history"><summary>Heslo</summary>je tajné</details> <summary>a</summary>',
  )
  expect(marked).not.toMatch(/details|summary/)
  expect(parseLetter(Buffer.from(`Content-Type: text/html\n\n${marked}`)).html).not.toContain('data-folded')
})

test('of a letter that has HTML only the visible text follows the marks, and is the text when put together', () => {
  const html = `<p>Ano.</p><div id="mail-editor-reference-message-container"><p>Kdo: Petr</p><p>Zkuste to.</p></div>`
  const { visible_text, folded, text } = parseLetter(Buffer.from(`Content-Type: text/html; charset=utf-8\n\n${html}`))
  expect(visible_text).toBe('Ano.')
  expect(folded.map(({ reason }) => reason)).toEqual(['history'])
  expect(`${visible_text}${folded[0]!.text}`.replace(/\s+/g, '')).toBe(text.replace(/\s+/g, ''))
})

test('where the text and the marked HTML differ, the lines of the text decide', () => {
  const marked = '<p>Ano.</p><details data-folded="history" data-fold-key="k"><summary></summary>Ne.</details>'
  const shown = showHtml(marked, { foldKey: 'k' })
  expect(fold({ text: 'Ano.\n\nNe.', ...shown })).toMatchObject({ visible_text: 'Ano.', folded: [{ text: 'Ne.' }] })
  expect(fold({ text: 'Jiný text.\n\nOdesláno z iPhonu', ...shown })).toMatchObject({
    visible_text: 'Jiný text.',
    folded: [{ reason: 'signature' }],
  })
})

test('no word of any HTML is lost, doubled or moved, and nothing but folds is added', () => {
  fc.assert(
    fc.property(pages, (html) => {
      const marked = markFolds(html)
      expect(wordsOf(marked)).toBe(wordsOf(html))
      expect(marked.match(/<details/g)?.length ?? 0).toBe(marked.match(/<\/details>/g)?.length ?? 0)
    }),
    { numRuns: 1500 },
  )
})

test('of any letter that has HTML only each character is visible or folded, in its place', () => {
  fc.assert(
    fc.property(pages, (html) => {
      const { visible_text, folded, text } = parseLetter(
        Buffer.from(`Content-Type: text/html; charset=utf-8\n\n${html}`),
      )
      const ends = [...folded.map(({ at }) => at), visible_text.length]
      const parts = ends.map((at, part) => visible_text.slice(ends[part - 1] ?? 0, at) + (folded[part]?.text ?? ''))
      expect(parts.join('').replace(/\s+/g, '')).toBe(text.replace(/\s+/g, ''))
    }),
    { numRuns: 500 },
  )
})

test('HTML that nests deeper than any letter is left as it is, without folds of its own', () => {
  const html = `${'<div>'.repeat(20_000)}<details>Ano</details>`
  expect(markFolds(html)).toBe(html.replace('<details>', '<div>').replace('</details>', '</div>'))
})

const pages = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...[
          '<p>',
          '</p>',
          '<div>',
          '</div>',
          '<br>',
          '<br>',
          '<b>',
          '</b>',
          '<span style="color:red">',
          '</span>',
          '<hr>',
        ],
        ...[
          '<table><tr><td>',
          '</td><td>',
          '</td></tr><tr><td>',
          '</td></tr></table>',
          '<ul><li>',
          '<li>',
          '</li></ul>',
        ],
        ...[
          '<blockquote type=cite>',
          '<blockquote>',
          '</blockquote>',
          '<div class="gmail_quote">',
          '<div id=Signature>',
        ],
        ...[
          '<div id=divRplyFwdMsg>',
          '<body>',
          '</body>',
          '<html>',
          '</html>',
          '<!-- x -->',
          '<style>p{}</style>',
          '<pre>a\n-- \nb',
          '</pre>',
        ],
        ...[
          '<jana@x.example>',
          '</div >',
          '</p\n>',
          '<br/>',
          '</br>',
          '<!-- ',
          '<a title="',
          '</x',
          '<s',
          '<o:p>',
          '</o:p>',
          '<details>',
          '</details>',
          '<summary>',
          '<a href="x">',
          '</a>',
          '<td>',
          '</table>',
        ],
      ),
      fc.constantFrom(
        ...[
          'Ano.',
          'Ne.',
          '&gt; x',
          '&nbsp;',
          ' ',
          'Dne 4. 3. 2024 v 10:12 Petr napsal(a):',
          '-----Original Message-----',
        ],
        ...[
          'From: Petr',
          'Sent: 4. 3. 2024',
          'To: Jana',
          '-- ',
          'Odesláno z iPhonu',
          'Virus-free. www.avast.com',
          '<img src=x>',
        ],
        ...['---------- Forwarded message ---------', '&lt;b&gt;'],
      ),
      fc.string({ maxLength: 6 }),
    ),
    { maxLength: 30 },
  )
  .map((parts) => parts.join(''))

/** All words, or those within so many folds. */
function wordsOf(html: string, within?: number): string {
  const words: string[] = []
  let depth = 0
  const parser = new Parser({
    onopentag: (name) => {
      if (name === 'details') depth++
    },
    onclosetag: (name) => {
      if (name === 'details') depth--
    },
    ontext: (text) => {
      if (within === undefined || depth === within) words.push(text)
    },
  })
  parser.end(html)
  return words.join('').replace(/\s+/g, '')
}

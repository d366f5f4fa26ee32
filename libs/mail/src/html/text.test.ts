import { expect, test } from 'vitest'
import { htmlToText } from './text.ts'

test.each([
  ['paragraphs', '<p>Hello,</p><p>two</p><div>a<br>b</div><div><br></div><div>c', 'Hello,\n\ntwo\n\na\nb\n\nc'],
  ['paragraphs without a margin', '<p style="margin:0">a<p style="margin:0">b', 'a\nb'],
  ['lists', '<ul><li>a<li>b<ol start=3><li>c<li>d</ol></ul>e', '• a\n• b\n  3. c\n  4. d\ne'],
  ['tables', '<table><tr><th>Item<th>Price<tr><td><p>Chair</p><td>20</table>', 'Item  Price\nChair  20'],
  ['layouts', '<table><tr><td>a<br>b<td>c</table>', 'a\nb\nc'],
  ['quotes', 'He wrote:<blockquote>a<br>b</blockquote>no', 'He wrote:\n\n> a\n> b\n\nno'],
  [
    'links',
    '<a href="https://x.example/">x.example</a>, <a href="https://y.example/">here</a>',
    'x.example, here <https://y.example/>',
  ],
  ['pictures', '<img src=cid:a alt=Logo> <img src=cid:b alt="😀">', '[Logo] 😀'],
  ['what is written line by line', '<pre>\n a\n   b\n\nc</pre>', ' a\n   b\n\nc'],
  ['entities', 'x&shy;y&#8203;z &lt;b&gt; &amp; 5&nbsp;&euro;', 'xyz <b> & 5 €'],
])('%s read as they were typed', (_, html, text) => {
  expect(htmlToText(html)).toBe(text)
})

test('what is hidden, and what is no text, is left out', () => {
  const hidden = '<div style="display:none">a</div><p style="font-size:1px">b</p><p hidden>c</p>'
  expect(htmlToText(`<title>t</title><style>p{}</style>${hidden}<script>d</script>shown`)).toBe('shown')
})

/** What becomes of HTML in other hands: pieces lost, twice, in another place, with other tags between them. */
import { attacks } from './attacks.ts'
import { letters } from './letters.ts'

export const samples: readonly string[] = [...Object.values(attacks).flat(), ...Object.values(letters)]

/** In an order that is fixed by `seed`, so that a fault comes again. */
export function* mutations(count: number, seed: number): Generator<string> {
  let state = seed
  const below = (limit: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
  const piece = () => {
    const sample = samples[below(samples.length)]!
    const from = below(sample.length)
    return sample.slice(from, from + 1 + below(80))
  }
  for (let made = 0; made < count; made++) {
    let html = samples[below(samples.length)]!.slice(0, 8000)
    for (let edits = 1 + below(8); edits > 0; edits--) {
      const at = below(html.length + 1)
      const choice = below(8)
      const put = choice < 4 ? tokens[below(tokens.length)]! : choice < 6 ? piece() : ''
      html = html.slice(0, at) + put + html.slice(at + (choice === 7 ? below(20) : 0))
    }
    yield html
  }
}

const tokens = [
  ...['<a href=https://b.test/>', '</a>', '<b>', '</b>', '<i>', '<p>', '</p>', '<div>', '</div>', '<span title=x>'],
  ...[
    '</span>',
    '<font size=7 color=red>',
    '</font>',
    '<table>',
    '</table>',
    '<tr>',
    '<td>',
    '</td>',
    '<th>',
    '<tbody>',
  ],
  ...[
    '<caption>',
    '<col>',
    '<colgroup>',
    '<ul>',
    '</ul>',
    '<li>',
    '</li>',
    '<dl><dt>',
    '<dd>',
    '<pre>',
    '\n',
    '</pre>',
  ],
  ...['<h1>', '</h2>', '<br>', '</br>', '<hr>', '<img src=cid:a>', '<img src=//attacker.test/b>', '<svg>', '</svg>'],
  ...[
    '<math>',
    '<mtext>',
    '</math>',
    '<style>',
    '</style>',
    '<title>',
    '</title>',
    '<textarea>',
    '</textarea>',
    '<xmp>',
  ],
  ...[
    '<iframe>',
    '</iframe>',
    '<noscript>',
    '</noscript>',
    '<template>',
    '</template>',
    '<select>',
    '<form>',
    '<button>',
  ],
  ...[
    '<body style="margin:0">',
    '</body>',
    '<!--',
    '-->',
    '--!>',
    '<![CDATA[',
    ']]>',
    '<?x',
    '<!x',
    '</ x',
    '<plaintext>',
  ],
  ...[
    '<blockquote>',
    '<center>',
    '<big>',
    '<nobr>',
    '<small>',
    '<sub>',
    '<q>',
    '<details data-folded=history>',
    '<summary>',
  ],
  ...[
    '"',
    "'",
    '>',
    '<',
    '=',
    '/',
    '&',
    '&lt;',
    '&#60;',
    '&nbsp;',
    '&quot;',
    '\0',
    '\r',
    '\t',
    '\u202e',
    '\u2067',
    '\ud800',
  ],
  ...[' onclick=pwned() ', ' style="', ' style="display:inline-block" ', ' style="text-indent:-90px" ', ' dir=rtl '],
  ...[
    ' style="float:right;width:900px" ',
    ' style="line-height:1px" ',
    ' style="overflow:hidden;height:0" ',
    ' class=a ',
  ],
  ...[' data-real-target="" ', ' href="javascript:pwned()" ', ' src=x onerror=pwned() ', '<script>pwned()</script>'],
  ...[
    '<style>.a{margin:-9px;font-size:80px}</style>',
    'www.good.example',
    ' [b.test]',
    '<font face=Wingdings>J</font>',
  ],
]

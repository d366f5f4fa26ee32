/** Which elements letters may have, and under what name they are written. Others leave their text. */

export type Kind =
  /** Begins a line of its own, and ends a paragraph (HTML §13.2.6.4.7). */
  | 'block'
  | 'inline'
  /** Inline, and carried on behind blocks it was not closed before (HTML §13.2.4.3). */
  | 'formatting'
  | 'table part'
  | 'void'
  /** Gone with all that is in it. */
  | 'dropped'

export type Plan = { name: string; kind: Kind }

export function planOf(source: string): Plan | undefined {
  return plans.get(source)
}

const plans = new Map<string, Plan>([
  ...kept('block', 'blockquote dd details div dl dt h1 h2 h3 h4 h5 h6 li ol p pre summary table ul'),
  ...kept('inline', 'abbr bdi cite del dfn ins kbd mark q samp span sub sup var'),
  ...kept('formatting', 'a b code em i s small strong u'),
  ...kept('table part', 'caption col colgroup tbody td tfoot th thead tr'),
  ...kept('void', 'br hr img wbr'),
  ...renamed(
    'block',
    'div',
    'address article aside center dialog fieldset figcaption figure footer form header hgroup',
  ),
  ...renamed('block', 'div', 'body legend main nav section'),
  ...renamed('block', 'ul', 'dir menu'),
  ...renamed('block', 'pre', 'listing plaintext xmp'),
  ...renamed('inline', 'abbr', 'acronym'),
  ...renamed('inline', 'span', 'time textarea'),
  ...renamed('formatting', 'span', 'big font nobr'),
  ...renamed('formatting', 's', 'strike'),
  ...renamed('formatting', 'code', 'tt'),
  ...renamed('void', 'img', 'image'),
  // What browsers do not show, run or fetch something with, or parse by the rules of another language.
  ...renamed('dropped', '', 'script style title template iframe noembed noframes svg xml datalist'),
  // The sources of formulas; the formula itself is shown as its text.
  ...renamed('dropped', '', 'annotation annotation-xml'),
])

function kept(kind: Kind, names: string): [string, Plan][] {
  return names.split(' ').map((name) => [name, { name, kind }])
}

function renamed(kind: Kind, name: string, sources: string): [string, Plan][] {
  return sources.split(' ').map((source) => [source, { name, kind }])
}

/** Those that are dropped without an end reach to here, not to the end of the letter (HTML §13.2.6.5). */
export const breakOut = new Set([
  ...['b', 'big', 'blockquote', 'body', 'br', 'center', 'code', 'dd', 'div', 'dl', 'dt', 'em', 'h1', 'h2', 'h3', 'h4'],
  ...['h5', 'h6', 'hr', 'i', 'img', 'li', 'listing', 'menu', 'nobr', 'ol', 'p', 'pre', 's', 'small', 'span', 'strong'],
  ...['strike', 'sub', 'sup', 'table', 'tt', 'u', 'ul', 'var'],
])

/** No end tag of something outside reaches in (HTML §13.2.4.2). */
export const scopes = new Set(['caption', 'table', 'td', 'th'])

/** Their children are rows and cells alone. */
export const tableFrames = new Set(['table', 'thead', 'tbody', 'tfoot', 'tr', 'colgroup'])

export const headings = new Set(['h1', 'h2', 'h3', 'h4', 'h5', 'h6'])

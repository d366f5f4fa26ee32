/**
 * `Authentication-Results` (RFC 8601 §2.2): what a mail server says it found out about a letter. Anybody can write such a
 * field; whether one counts, libs/admission decides.
 */
export type AuthenticationResults = { authservId: string; results: AuthenticationResult[] }

/** `dkim=pass (comment) header.d=acme.cz`; names and the result in lower case, values as written. */
export type AuthenticationResult = {
  method: string
  result: string
  properties: ReadonlyMap<string, string>
  comment: string
}

/** Undefined for anything that could be read in two ways: no part of such a field counts. Never throws. */
export function parseAuthenticationResults(value: string): AuthenticationResults | undefined {
  const tokens = value.length <= longest ? tokenize(value) : undefined
  if (!tokens) return undefined
  const [head, ...rest] = statements(tokens)
  const authservId = readServer(head!)
  const results = rest.filter((statement) => !isEmpty(statement)).map(readResult)
  if (authservId === undefined || results.includes(undefined)) return undefined
  return { authservId, results: results.filter((result) => result !== undefined && result !== 'none') as Found[] }
}

function readServer(statement: Token[]): string | undefined {
  const [id, version, ...more] = statement.filter(({ kind }) => kind !== 'gap' && kind !== 'comment')
  if (!id || id.kind === '=' || more.length > 0) return undefined
  return version && !/^\d+$/.test(version.text) ? undefined : id.text.toLowerCase()
}

/** A list of `key=value`, the first of which is the method and its result. */
function readResult(statement: Token[]): Found | 'none' | undefined {
  const comment = statement.flatMap(({ kind, text }) => (kind === 'comment' ? [text] : [])).join(' ')
  const written = statement.map((token) => (token.kind === 'comment' ? gap : token))
  if (written.map(({ text }) => text.trim().toLowerCase()).join('') === 'none') return 'none'
  const [first, ...pairs] = readPairs(written) ?? []
  const properties = new Map(pairs)
  if (!first || properties.size < pairs.length || !keyword.test(first[1])) return undefined
  return { method: first[0].replace(/\/\d+$/, ''), result: first[1].toLowerCase(), properties, comment }
}

function readPairs(statement: Token[]): [string, string][] | undefined {
  const pairs: [string, string][] = []
  const rest = [...statement].reverse()
  const skipGaps = () => {
    while (rest.at(-1)?.kind === 'gap') rest.pop()
  }
  for (skipGaps(); rest.length > 0; skipGaps()) {
    const key = rest.pop()!
    skipGaps()
    if (key.kind !== 'text' || rest.pop()?.kind !== '=') return undefined
    skipGaps()
    let value = ''
    while (rest.length > 0 && rest.at(-1)!.kind !== 'gap') value += rest.pop()!.text
    if (value === '') return undefined
    pairs.push([key.text.toLowerCase(), value])
  }
  return pairs
}

type Found = AuthenticationResult
type Token = { kind: 'gap' | 'comment' | 'quoted' | 'text' | ';' | '='; text: string; length: number }

function tokenize(value: string): Token[] | undefined {
  const tokens: Token[] = []
  for (let at = 0; at < value.length; at += tokens.at(-1)!.length) {
    const token = value[at] === '(' ? commentAt(value, at) : tokenAt(value, at)
    if (!token) return undefined
    tokens.push(token)
  }
  return tokens
}

function tokenAt(value: string, at: number): Token | undefined {
  simple.lastIndex = at
  const { blank, quoted, mark, text } = simple.exec(value)?.groups ?? {}
  if (blank) return { kind: 'gap', text: '', length: blank.length }
  if (quoted) return { kind: 'quoted', text: unescaped(quoted.slice(1, -1)), length: quoted.length }
  if (mark) return { kind: mark as ';' | '=', text: mark, length: 1 }
  return text ? { kind: 'text', text, length: text.length } : undefined
}

/** Comments nest (RFC 5322 §3.2.2). */
function commentAt(value: string, start: number): Token | undefined {
  let depth = 0
  for (let at = start; at < value.length; at++) {
    if (value[at] === '\\') at++
    else if (value[at] === '(') depth++
    else if (value[at] === ')' && --depth === 0) {
      return { kind: 'comment', text: unescaped(value.slice(start + 1, at)), length: at + 1 - start }
    }
  }
  return undefined
}

function statements(tokens: Token[]): Token[][] {
  const lists: Token[][] = [[]]
  for (const token of tokens) {
    if (token.kind === ';') lists.push([])
    else lists.at(-1)!.push(token)
  }
  return lists
}

function isEmpty(statement: Token[]): boolean {
  return statement.every(({ kind }) => kind === 'gap' || kind === 'comment')
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/gs, '$1')
}

const gap: Token = { kind: 'gap', text: '', length: 0 }
const keyword = /^[a-z][a-z0-9-]*$/i
const simple = /(?<blank>\s+)|(?<quoted>"(?:[^"\\]|\\.)*")|(?<mark>[;=])|(?<text>[^\s"();=]+)/sy
/** No server writes more; characters. */
const longest = 10_000

import { type Attribute, describe } from './attributes.ts'
import type { Inherited } from './settle.ts'
import type { Sheet } from './sheet.ts'
import type { Attributes } from './tokens.ts'

/** What is written of an element. Those that a letter writes alike, in places alike, have one and the same. */
export type Look = {
  name: string
  attributes: readonly Attribute[]
  style: ReadonlyMap<string, string>
  inherited: Inherited
  /** It tells nothing, and only its end tag may be waited for. */
  plain: boolean
  /** Characters of style, when there is some from a sheet. */
  added: number
}

/** Remembers looks, as a letter has hundreds of elements alike and their style takes the most time of all. */
export class Looks {
  /** By what is around, and by the attributes, or the name where there are none. */
  readonly #known = new Map<Inherited, Map<Attributes | string, Known>>()
  #size = 0
  #sheet: Sheet | undefined

  /** Of the element `source` that is written as `name`; nothing when it is not to be seen at all. */
  of(source: string, name: string, given: Attributes, around: Inherited, sheet: Sheet | undefined): Look | undefined {
    if (sheet !== this.#sheet) this.forget()
    this.#sheet = sheet
    const key = given.size === 0 ? source : given
    const known = this.#known.get(around)?.get(key)
    if (known?.name === name) return known.look
    const look = lookOf(source, name, given, around, sheet)
    this.#remember(around, key, { name, look })
    return look
  }

  /** The sheet says something else now. */
  forget(): void {
    this.#known.clear()
    this.#size = 0
  }

  #remember(around: Inherited, key: Attributes | string, known: Known): void {
    if (this.#size >= limit) this.forget()
    const within = this.#known.get(around)
    if (within) within.set(key, known)
    else this.#known.set(around, new Map([[key, known]]))
    this.#size++
  }
}

/** One element may be written as several, by where it stands. */
type Known = { name: string; look: Look | undefined }

const limit = 4_000

function lookOf(
  source: string,
  written: string,
  given: Attributes,
  around: Inherited,
  sheet: Sheet | undefined,
): Look | undefined {
  const described = describe(source, written, given, around, sheet)
  if (!described) return undefined
  const { attributes, style, inherited, styled } = described
  // A link to nowhere is only a place in the letter.
  const isPlace = source === 'a' && !attributes.some(([attribute]) => attribute === 'href')
  const name = isPlace ? 'span' : written
  const plain = (name === 'span' || source === 'body') && attributes.length === 0 && style.size === 0
  let added = 0
  if (styled) for (const [property, value] of style) added += property.length + value.length + 2
  return { name, attributes, style, inherited, plain, added }
}

/** Of somebody's numbers as they were written, where texts go: the first that is one. */
export function textNumber(phones: readonly string[]): string | undefined {
  return phones.map(telephone).find((number) => number !== undefined)
}

/**
 * E.164, `+420601000000`, from what an administrator wrote: spaces, dots, dashes, slashes and
 * brackets do not matter, `00` stands for `+` as in all of Europe, and the `(0)` of `+44 (0)20` is not dialled from abroad.
 * Undefined without a country: whose number `601 000 000` is depends on where one stands.
 */
function telephone(written: string): string | undefined {
  const digits = written
    .replace('(0)', '')
    .replace(/[\s.\-‐-―/()]/g, '')
    .replace(/^00/, '+')
  return /^\+[1-9]\d{6,14}$/.test(digits) ? digits : undefined
}

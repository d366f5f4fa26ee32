import { expect, test } from 'vitest'
import { canonicalAddress } from './address.ts'

test.each([
  ['Jana@Acme.CZ', 'jana@acme.cz'],
  ['jana@příklad.cz', 'jana@xn--pklad-zsa96e.cz'],
  ['jana@PŘÍKLAD.cz', 'jana@xn--pklad-zsa96e.cz'],
  ['jana@pr\u030ci\u0301klad.cz', 'jana@xn--pklad-zsa96e.cz'],
  ['jana@XN--PKLAD-ZSA96E.cz', 'jana@xn--pklad-zsa96e.cz'],
  ['dvor\u030ca\u0301k@acme.cz', 'dvořák@acme.cz'],
  ['用户@例え.jp', '用户@xn--r8jz45g.jp'],
])('%s is %s', (written, canonical) => {
  expect(canonicalAddress(written)).toBe(canonical)
  expect(canonicalAddress(canonical)).toBe(canonical)
})

test.each([
  ['full-width letters', 'jana@ａｃｍｅ.cz'],
  ['an ideographic full stop', 'jana@acme。cz'],
  ['a soft hyphen', 'jana@ac\u00adme.cz'],
  ['a zero-width space', 'jana@ac\u200bme.cz'],
  ['a variation selector', 'jana@acme\ufe0f.cz'],
  ['Cyrillic letters', 'jana@аcme.cz'],
  ['a percent sign', 'jana@%61cme.cz'],
  ['a path', 'jana@acme.cz/ř'],
])('a domain with %s is not acme.cz', (_, written) => {
  expect(canonicalAddress(written)).not.toBe('jana@acme.cz')
})

test('whatever is no address comes back in lower case', () => {
  expect(canonicalAddress('NOBODY')).toBe('nobody')
  expect(canonicalAddress('')).toBe('')
})

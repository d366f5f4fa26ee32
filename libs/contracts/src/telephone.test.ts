import { expect, test } from 'vitest'
import { textNumber } from './telephone.ts'

test.each([
  ['+420 601 000 000', '+420601000000'],
  ['00420 601 000 000', '+420601000000'],
  ['+44 (0)20 7946 0958', '+442079460958'],
  ['+39 02-1234.5678', '+390212345678'],
  ['+49 (30) 901820/12', '+493090182012'],
  ['\u00a0+421\u2011905\u2013123 456 ', '+421905123456'],
])('%s is %s', (written, number) => expect(textNumber([written])).toBe(number))

test.each([
  '601 000 000',
  '0601000000',
  '+0420601000000',
  '+12345',
  '+1234567890123456',
  '+420 601 000 000 ext. 5',
  '+420601000000, +420602000000',
  '+٤٢٠٦٠١٠٠٠٠٠٠',
  'tel:+420601000000',
  '',
])('"%s" is no number to send a text to', (written) => expect(textNumber([written])).toBeUndefined())

test('of several the first that is one is taken', () => {
  expect(textNumber(['601 000 000', '+420 601 000 001', '+420 601 000 002'])).toBe('+420601000001')
  expect(textNumber([])).toBeUndefined()
})

import type smpp from 'smpp'
import { expect, test } from 'vitest'
import { readReceipt } from './smpp-receipt.ts'

const text =
  'id:7f3a sub:001 dlvrd:001 submit date:2611271200 done date:2611271201 stat:UNDELIV err:034 Text:secret words'

test('a receipt is read from its text, of which nothing else is kept', () => {
  expect(receipt({ short_message: { message: text } })).toEqual({
    ...{ providerId: '7f3a', outcome: 'failed', words: 'UNDELIV, error 034' },
  })
})

test('its fields count before its text', () => {
  const fields = { receipted_message_id: 'other\0', message_state: 2 }
  expect(receipt({ ...fields, short_message: { message: Buffer.from(text) } })).toMatchObject({
    ...{ providerId: 'other', outcome: 'delivered' },
  })
})

test.each([
  ['nothing in it', {}],
  ['an empty text', { short_message: { message: '' } }],
  ['no id', { short_message: { message: 'stat:DELIVRD' } }],
  ['an empty id', { receipted_message_id: '', message_state: 2 }],
  ['no state', { receipted_message_id: '7f3a' }],
  ['a state that does not exist', { receipted_message_id: '7f3a', message_state: 99 }],
  ['a state that is not the last', { receipted_message_id: '7f3a', message_state: 1 }],
  ['words of its own', { short_message: { message: 'id:7f3a stat:WHATEVER' } }],
])('with %s it says nothing', (_, fields) => expect(receipt(fields)).toBe('interim'))

test('a text to us is no receipt, whatever it says', () => {
  expect(readReceipt(pdu({ esm_class: 0, short_message: { message: text } }))).toBe('none')
  expect(readReceipt(pdu({}))).toBe('none')
})

test('an id of any length is cut to what we keep', () => {
  expect(receipt({ receipted_message_id: 'x'.repeat(5_000), message_state: 3 })).toEqual({
    ...{ providerId: 'x'.repeat(100), outcome: 'expired', words: 'EXPIRED' },
  })
})

function receipt(fields: Partial<smpp.Pdu>) {
  return readReceipt(pdu({ esm_class: 4, ...fields }))
}

function pdu(fields: Partial<smpp.Pdu>): smpp.Pdu {
  return { command: 'deliver_sm', command_status: 0, sequence_number: 1, response: () => pdu({}), ...fields }
}

import {
  contactColumns,
  hashPassword,
  passwordFits,
  readablePassword,
  readContact,
  readTable,
} from '@podatelna/admission'
import { expect, test } from 'vitest'

test('a password fits its hash and no other', async () => {
  const hash = await hashPassword('correct horse')
  expect(hash).toMatch(/^scrypt\$32768\$8\$3\$/)
  expect(await passwordFits('correct horse', hash)).toBe(true)
  expect(await passwordFits('correct horses', hash)).toBe(false)
  expect(await hashPassword('correct horse')).not.toBe(hash)
})

test('without a hash nothing fits', async () => {
  expect(await passwordFits('', null)).toBe(false)
  expect(await passwordFits('anything', undefined)).toBe(false)
})

test('the same word typed as other code points is the same password', async () => {
  expect(await passwordFits('he\u0301slo', await hashPassword('h\u00e9slo'))).toBe(true)
})

test('a password we make up can be read aloud', () => {
  expect(readablePassword()).toMatch(/^[a-hjkmnp-z2-9]{5}(-[a-hjkmnp-z2-9]{5}){2}$/)
})

const header = 'organization,name,emails,phones,language,role'

test.each([',', ';', '\t'])('a table separated by %j is read, with the number of each line', (mark) => {
  const line = ['ACME', 'Jana Nová', 'jana@acme.example j@acme.example', '', 'cs', 'manager'].join(mark)
  const table = readTable(`\ufeff${header.replaceAll(',', mark)}\r\n\r\n${line}\r\n`, contactColumns)
  expect(table.ok && table.value.rows).toEqual([
    {
      line: 3,
      fields: {
        organization: 'ACME',
        name: 'Jana Nová',
        emails: 'jana@acme.example j@acme.example',
        phones: '',
        language: 'cs',
        role: 'manager',
      },
    },
  ])
})

test('a line that is too short fails alone', () => {
  const table = readTable('Organization,Name,Emails,Town\nACME\nACME,Jana,jana@acme.example,Brno', contactColumns)
  expect(table.ok && table.value).toMatchObject({
    ignored: ['town'],
    rows: [{ line: 2, problem: expect.stringContaining('more or fewer columns') }, { line: 3 }],
  })
})

test.each([
  ['organization,name\nACME,Jana', /there is no emails/],
  ['', /there is no organization, name, emails/],
  [`${header}\n"ACME,Jana`, /quotation mark/],
])('a file that is no table of contacts is refused as a whole (%#)', (csv, sentence) => {
  const table = readTable(csv, contactColumns)
  expect(!table.ok && table.detail).toMatch(sentence)
})

test('empty cells leave alone what is known already', () => {
  const read = readContact({
    organization: 'ACME',
    name: 'Jana',
    emails: 'J@ACME.example;',
    phones: '',
    language: '',
    role: '',
  })
  expect(read).toEqual({
    ok: true,
    value: { organization: 'ACME', contact: { name: 'Jana', emails: ['j@acme.example'] } },
  })
})

test('a line says everything that is wrong with it', () => {
  const read = readContact({ organization: '', name: 'Jana', emails: '', role: 'king' })
  expect(!read.ok && read.detail).toMatch(/role must be one of .* organization may not be empty/)
  const nobody = readContact({ organization: 'ACME', name: 'Jana', emails: '' })
  expect(!nobody.ok && nobody.detail).toBe('emails may not be empty.')
})

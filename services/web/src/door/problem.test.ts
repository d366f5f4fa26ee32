import { api } from '@podatelna/contracts'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { checkInput } from './input.ts'
import { fail, problem, refuse } from './problem.ts'

const reply = () => ({
  statusCode: 200,
  contentType: '',
  type(contentType: string) {
    this.contentType = contentType
  },
})

test('a refused act answers with the status of its problem and its own sentence', () => {
  const answered = reply()
  const said = refuse(answered, { ok: false, problem: 'forbidden_move', detail: 'A closed ticket cannot wait.' })
  expect(said).toEqual({ type: 'about:blank', title: 'Conflict', status: 409, detail: 'A closed ticket cannot wait.' })
  expect(answered).toMatchObject({ statusCode: 409, contentType: 'application/problem+json' })
})

test('every problem is one that RFC 9457 describes', () => {
  expect(api.Problem.parse(problem(404, 'Nothing.'))).not.toHaveProperty('errors')
  expect(api.Problem.parse(fail(reply(), 410, 'Gone.'))).toMatchObject({ title: 'Gone' })
})

test.each([
  [api.NewMailbox, {}, ['address is needed.']],
  [api.NewMailbox, { address: 'a+b@c' }, [expect.stringContaining('plus sign')]],
  [api.NewMailbox, { address: 'a@localhost', polcy: 'open' }, ['polcy is not known here.']],
  [api.NewMailbox, { address: 'a@b', policy: 'shut' }, [expect.stringMatching(/^policy must be one of contacts, /)]],
  [api.NewMailbox, { address: 'a@b', close_after: '2 weeks' }, ['close_after is not a duration like P14D.']],
  [api.NewOrganization, { name: 'a\r\nBcc: everybody' }, [expect.stringContaining('line breaks')]],
  [api.NewOrganization, { name: ' ' }, ['name may not be empty.']],
  [
    api.NewContact,
    { name: 'Jana', emails: ['nobody', 5] },
    [expect.stringMatching(/^emails.0 is not/), 'emails.1 must be text.'],
  ],
  [api.NewReply, { text: ' ' }, ['text is needed, or html.']],
  [api.NewNote, { text: 'a\0b' }, ['text holds a character that cannot be stored.']],
  [api.ListQuery, { limit: '201' }, ['limit must be at most 200.']],
  [api.NewCc, null, [' must be an object.']],
])('what does not fit is said field by field (%#)', (schema: z.ZodType, input: unknown, sentences: unknown[]) => {
  const { error } = z
    .object({ error: z.instanceof(Error) })
    .parse(checkInput({ schema, method: 'POST', url: '/' })(input))
  const errors =
    'errors' in error ? z.array(z.object({ path: z.string(), message: z.string() })).parse(error.errors) : []
  expect(errors.map(({ path, message }) => `${path} ${message}`)).toEqual(sentences)
})

test('an address is stored in small letters', () => {
  expect(api.NewMailbox.parse({ address: ' Support@Example.COM ' }).address).toBe('support@example.com')
})

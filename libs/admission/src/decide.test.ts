import { LetterKind, MailboxPolicy, type Verdict } from '@podatelna/contracts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decide, type Standing } from './decide.ts'
import type { Judgement } from './verdict.ts'

const secret = 'an internal fact'
const standings: Standing[] = ['agent', 'contact', 'participant', 'unknown']
const silentKinds: LetterKind[] = ['bounce', 'auto_reply', 'list', 'loop']

const letters = fc.record({
  judgement: fc.record({
    outcome: fc.constantFrom<Judgement['outcome']>('judged', 'no_author', 'forged', 'dns_trouble'),
    verdict: fc.boolean().map(verdict),
  }),
  kind: fc.constantFrom(...LetterKind.options),
  evidence: fc.string().map((words) => `${secret}: ${words}`),
  standing: fc.constantFrom(...standings),
  policy: fc.constantFrom(...MailboxPolicy.options),
  mailbox: fc.constantFrom('support@desk.test', undefined),
})

type Letter = Parameters<typeof decide>[0]

describe('whatever arrives', () => {
  test('the same letter is decided in the same way, and is not changed by it', () => {
    always((letter) => {
      const before = structuredClone(letter)
      expect(decide(frozen(letter))).toEqual(decide(letter))
      expect(letter).toEqual(before)
    })
  })

  test('nobody unproved is admitted, except a stranger by an open mailbox', () => {
    always((letter) => {
      const unproved = !letter.judgement.verdict.verified || letter.judgement.outcome !== 'judged'
      if (!unproved || decide(letter).disposition !== 'admitted') return
      expect(letter).toMatchObject({ policy: 'open', standing: 'unknown', judgement: { outcome: 'judged' } })
    })
  })

  test('a returned letter, an automatic reply, a list or a loop waits for nobody and opens no ticket', () => {
    always((letter) => {
      if (!silentKinds.includes(letter.kind)) return
      expect(['suppressed', 'refused']).toContain(decide(letter).disposition)
    })
  })

  test('only a letter that a person wrote, and nobody proved, is held', () => {
    always((letter) => {
      if (decide(letter).disposition !== 'held') return
      expect(letter).toMatchObject({ kind: 'letter', judgement: { outcome: 'judged', verdict: { verified: false } } })
    })
  })

  test('what is refused is answered with 4xx or 5xx and an enhanced code, everything else with 250', () => {
    always((letter) => {
      const { disposition, answer } = decide(letter)
      if (disposition !== 'refused') return expect(answer).toBeUndefined()
      expect(`${answer!.code} ${answer!.text}`).toMatch(/^(4\d\d 4|5\d\d 5)\.\d\.\d [\x20-\x7e]{10,400}$/)
      expect(answer!.code < 500).toBe(letter.judgement.outcome === 'dns_trouble')
    })
  })

  test('no answer tells the sender what we know', () => {
    always((letter) => {
      const { answer, reason } = decide(letter)
      if (!answer) return
      expect(answer.text).not.toContain(secret)
      expect(answer.text).not.toContain(reason)
      // A contact and a stranger hear the same of a forged letter: whom we know is not to be found out by asking.
      if (letter.judgement.outcome === 'judged' && letter.mailbox) expect(letter.standing).toBe('unknown')
      else for (const standing of standings) expect(decide({ ...letter, standing }).answer).toEqual(answer)
    })
  })

  test('every decision has a reason that staff can read', () => {
    always((letter) => expect(decide(letter).reason).toMatch(/\S{2}/))
  })
})

function always(holds: (letter: Letter) => void): void {
  fc.assert(
    fc.property(letters, (letter) => void holds(letter)),
    { numRuns: 2_000 },
  )
}

function verdict(verified: boolean): Verdict {
  const nothing = { result: 'none' }
  const explanation = `${secret}: ${verified ? 'proved' : 'not proved'}`
  return { verified, explanation, spf: { ...nothing, aligned: false }, dkim: [], dmarc: nothing, arc: nothing }
}

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) for (const part of Object.values(Object.freeze(value))) frozen(part)
  return value
}

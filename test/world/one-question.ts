/**
 * A connection that is asked a second question while it answers one: pg 8 lets it wait, pg 9 refuses it. Tests fail where
 * that happens in their process; most often a transaction runs `Promise.all`, or lets Prisma include two relations.
 */
import pg from 'pg'
import { afterAll, afterEach, expect } from 'vitest'

const asked: string[] = []

/** The questions that came too early since the last time, with the one that was being answered. */
export function askedTooEarly(): string[] {
  return asked.splice(0)
}

/** What pg itself goes by; its types do not tell. */
type Client = { _getActiveQuery(): Question | null; _queryQueue: Question[] }
type Question = { text?: string }

const query = pg.Client.prototype.query as (this: Client, ...question: unknown[]) => unknown
pg.Client.prototype.query = function (this: Client, ...question: unknown[]) {
  const before = this._getActiveQuery() ?? this._queryQueue[0]
  if (before) asked.push(`${textOf(question[0])} … while it answered … ${textOf(before)}`)
  return query.apply(this, question)
} as typeof pg.Client.prototype.query

function textOf(question: unknown): string {
  return String(typeof question === 'string' ? question : (question as Question).text)
    .replace(/\s+/g, ' ')
    .slice(0, 300)
}

const none = () => expect(askedTooEarly(), 'one question at a time to each connection').toEqual([])
afterEach(none)
afterAll(none)

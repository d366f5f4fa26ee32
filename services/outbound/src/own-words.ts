/** Words of mailboxes in the place of built-in templates: read and compiled once, and told of when they fail. */
import { noteFailedTemplate } from '@podatelna/admission'
import type { NoticeKind } from '@podatelna/contracts'
import { type Compiled, compile, type Template, type TemplateFault } from '@podatelna/notices'
import type { App } from '@podatelna/process'
import { Prisma, type Store } from '@podatelna/store'
import type { SendingMailbox } from './mailbox.ts'

export type OwnWords = {
  /** Undefined when the mailbox has none for that letter in that language, or has none any more. */
  find(mailbox: SendingMailbox, kind: NoticeKind, language: string): Promise<Own | undefined>
  /** They could not be used for a letter; it leaves with the built-in ones. */
  failed(own: Own, letter: { mailbox: string; kind: NoticeKind; language: string }, fault: TemplateFault): Promise<void>
}
export type Own = { id: string; compiled: Compiled; toldAt: number }

const most = 1_000
const tellAgainMs = 60_000

export function openOwnWords({ store, log, metrics }: Pick<App, 'store' | 'log' | 'metrics'>): OwnWords {
  // What is saved anew has another id, so nothing here is ever out of date.
  const known = new Map<string, Promise<Own | undefined>>()
  const remember = (id: string) => {
    const reading = read(store, id)
    known.set(id, reading)
    if (known.size > most) known.delete(known.keys().next().value!)
    // Neither a failure nor that they are gone is worth keeping.
    reading.then(
      (own) => own ?? known.delete(id),
      () => known.delete(id),
    )
    return reading
  }
  return {
    async find({ templates }, kind, language) {
      const id = templates?.[`${kind}/${language}`]
      return id === undefined ? undefined : (known.get(id) ?? remember(id))
    },
    async failed(own, letter, { message: problem, at }) {
      metrics.templateFailures.inc({ kind: letter.kind })
      if (Date.now() - own.toldAt < tellAgainMs) return
      own.toldAt = Date.now()
      log.warn({ ...letter, problem, ...at }, 'the words of a mailbox cannot be used; the built-in ones were sent')
      const told = at ? `Line ${at.line}, column ${at.column}: ${problem}` : problem
      await noteFailedTemplate(store, own.id, told).catch((error) =>
        log.warn({ cause: String(error) }, 'and it is not noted'),
      )
    },
  }
}

async function read(store: Store, id: string): Promise<Own | undefined> {
  const [template] = await store.query<Template>(Prisma.sql`
    SELECT subject, body FROM mailbox_templates WHERE id = ${id}::uuid`)
  return template && { id, compiled: compile(template), toldAt: 0 }
}

import { type api, Language, type NoticeKind } from '@podatelna/contracts'
import { normalizeAddress } from '@podatelna/mail'
import { type Compiled, compile, type Sender, samples, type Templates } from '@podatelna/notices'
import type { Store } from '@podatelna/store'
import { z } from 'zod'
import type { Refusal } from '../door/problem.ts'
import { whatIsWrong } from './template-problems.ts'

type Previews = { ok: true; value: api.NoticePreview[] } | Refusal

/** Letters of one kind about invented tickets, as they would be sent. */
export async function previews(store: Store, templates: Templates, asked: api.NoticePreviewRequest): Promise<Previews> {
  const { kind, language, template, sample } = asked
  const wrong = template && whatIsWrong(templates, { kind, language, template }, 'template.')
  if (wrong) return wrong
  const mailbox = asked.mailbox === undefined ? nobodys : await readMailbox(store, asked.mailbox, { kind, language })
  if (!mailbox) return { ok: false, problem: 'no_mailbox', detail: `There is no mailbox ${asked.mailbox}.` }
  const all = samples[kind].map((values, index) => ({ values, index }))
  const chosen = sample === undefined ? all : all.filter(({ index }) => index === sample)
  if (chosen.length === 0)
    return { ok: false, problem: 'no_sample', detail: `There are samples 0 to ${all.length - 1}.` }
  const words = template ?? mailbox.words
  const own = words && compile(words)
  return {
    ok: true,
    value: chosen.map(({ values, index }) => ({ ...preview(templates, asked, values, mailbox, own), sample: index })),
  }
}

function preview(
  templates: Templates,
  { kind, language }: api.NoticePreviewRequest,
  values: (typeof samples)[NoticeKind][number],
  sign: Sender,
  own: Compiled | undefined,
) {
  const { fault, ...rendered } = templates.render(kind, language, values, sign, own)
  return {
    ...rendered,
    language: Language.parse(rendered.language),
    values: { ...values },
    problem: fault?.message ?? null,
  }
}

type SampleMailbox = Sender & { words: { subject: string; body: string } | undefined }

const nobodys: SampleMailbox = { name: 'Support', address: 'support@example.com', signature: '', words: undefined }

async function readMailbox(
  store: Store,
  named: string,
  place: { kind: NoticeKind; language: Language },
): Promise<SampleMailbox | undefined> {
  const where = z.uuid().safeParse(named).success ? { id: named } : { address: normalizeAddress(named) }
  const mailbox = await store.prisma.mailbox.findUnique({ where, include: { templates: { where: place } } })
  if (!mailbox) return undefined
  const { name, address, signature } = mailbox
  return { name, address, signature, words: mailbox.templates[0] }
}

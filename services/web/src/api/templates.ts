import { removeTemplate, type StoredTemplate, saveTemplate } from '@podatelna/admission'
import { api, languages, NoticeKind } from '@podatelna/contracts'
import { loadTemplates, type Templates } from '@podatelna/notices'
import type { App } from '@podatelna/process'
import { z } from 'zod'
import { callerOf } from '../door/caller.ts'
import { fail, type Refusal, refuse } from '../door/problem.ts'
import type { Web } from '../door/web.ts'
import { previews } from '../reads/previews.ts'
import { whatIsWrong } from '../reads/template-problems.ts'
import { about, answers, forAdmins } from './about.ts'

/** Words of a mailbox in the place of built-in ones, and how letters look. */
export function templateCalls(web: Web, app: App): void {
  const { store, settings } = app
  // Compiling takes a moment, which the first call may wait for, and the start need not.
  const templates = () => loadTemplates(settings.TIME_ZONE)

  web.get(
    '/mailboxes/:id/templates',
    {
      config: forAdmins,
      schema: {
        ...about('Mailboxes', 'List the words of its letters', 'Every kind of letter in every language.'),
        params: api.ById,
        response: answers({ 200: api.page(api.MailboxTemplate) }, 404),
      },
    },
    async ({ params: { id } }, reply) => {
      const mailbox = await store.prisma.mailbox.findUnique({ where: { id }, select: { templates: true } })
      if (!mailbox) return fail(reply, 404, 'There is no such mailbox.')
      return { items: showAll(templates(), mailbox.templates), next: null }
    },
  )

  web.put(
    '/mailboxes/:id/templates/:kind/:language',
    {
      config: forAdmins,
      schema: {
        ...about(
          'Mailboxes',
          'Give a letter words of its own',
          'They are tried on all samples first, as a preview shows.',
        ),
        params: api.ByTemplate,
        body: api.TemplateWords,
        response: answers({ 200: api.MailboxTemplate }, 404, 422),
      },
    },
    async ({ params: { id, kind, language }, body }, reply) => {
      const wrong = whatIsWrong(templates(), { kind, language, template: body })
      if (wrong) return refuse(reply, wrong)
      const saved = await saveTemplate(store, { mailboxId: id, kind, language }, body)
      return saved.ok ? show(templates(), kind, language, saved.value) : refuse(reply, saved)
    },
  )

  web.delete(
    '/mailboxes/:id/templates/:kind/:language',
    {
      config: forAdmins,
      schema: {
        ...about('Mailboxes', 'Go back to the built-in words'),
        params: api.ByTemplate,
        response: answers({ 204: z.undefined() }, 404),
      },
    },
    async ({ params: { id, kind, language } }, reply) => {
      const removed = await removeTemplate(store, { mailboxId: id, kind, language })
      if (!removed.ok) return refuse(reply, removed)
      reply.statusCode = 204
      return undefined
    },
  )

  web.post(
    '/notices/preview',
    {
      schema: {
        ...about('Mailboxes', 'See how a letter looks', previewDescription),
        body: api.NoticePreviewRequest,
        response: answers({ 200: z.object({ items: z.array(api.NoticePreview) }) }, 422),
      },
    },
    async (request, reply) => {
      const { body } = request
      if (body.template && callerOf(request).role !== 'admin') return refuse(reply, adminsOnly)
      const shown = await previews(store, templates(), body)
      return shown.ok ? { items: shown.value } : refuse(reply, shown)
    },
  )
}

const previewDescription =
  'With invented tickets, one letter for each of the samples of its kind. Nothing is sent. What is wrong with a `template` is ' +
  'answered as when it is saved.'

const adminsOnly: Refusal = {
  ok: false,
  problem: 'admins_only',
  detail: 'Only an administrator may try words that are not saved.',
}

function showAll(templates: Templates, saved: StoredTemplate[]): api.MailboxTemplate[] {
  const places = NoticeKind.options.flatMap((kind) => languages.map((language) => ({ kind, language })))
  return places.map(({ kind, language }) => {
    const own = saved.find((one) => one.kind === kind && one.language === language)
    return show(templates, kind, language, own)
  })
}

function show(
  templates: Templates,
  kind: NoticeKind,
  language: api.MailboxTemplate['language'],
  own: StoredTemplate | undefined,
): api.MailboxTemplate {
  const override = own && {
    ...{ subject: own.subject, body: own.body },
    ...{
      updated_at: own.updatedAt.toISOString(),
      failed_at: own.failedAt?.toISOString() ?? null,
      problem: own.problem,
    },
  }
  const built_in = templates.builtIn(kind, language)
  return { kind, language, overridden: own !== undefined, built_in, override: override ?? null }
}

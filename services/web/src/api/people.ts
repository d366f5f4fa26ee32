import { Readable } from 'node:stream'
import { type ExportedFile, erasePerson, exportPerson } from '@podatelna/admission'
import { Actor, api } from '@podatelna/contracts'
import type { App } from '@podatelna/process'
import type { Prisma } from '@podatelna/store'
import type { FastifyReply } from 'fastify'
import { ZipFile } from 'yazl'
import { z } from 'zod'
import { actor } from '../door/caller.ts'
import { refuse } from '../door/problem.ts'
import type { Web } from '../door/web.ts'
import { pageOf } from '../reads/page.ts'
import { about, answers, forAdmins } from './about.ts'

/** What a person may ask for: what is held about them, and that it goes (docs/privacy.md). */
export function peopleCalls(web: Web, app: App): void {
  web.get(
    '/people/export',
    {
      config: forAdmins,
      exposeHeadRoute: false,
      schema: {
        ...about('People', 'Export the data of one person', contents),
        querystring: api.ExportQuery,
        response: answers({ 200: z.unknown().describe('a ZIP file') }),
      },
    },
    async (request, reply): Promise<FastifyReply> => {
      const files = exportPerson(app.store, { email: request.query.email, by: actor(request) })
      const disposition = `attachment; filename="${new Date().toISOString().slice(0, 10)}-export.zip"`
      reply.headers({
        'content-type': 'application/zip',
        'content-disposition': disposition,
        'cache-control': 'no-store',
      })
      return reply.send(zipped(files))
    },
  )

  web.post(
    '/people/erase',
    {
      config: forAdmins,
      schema: {
        ...about('People', 'Erase the data of one person', explanation),
        body: api.ErasePerson,
        response: answers({ 200: api.Erasure }, 409, 422),
      },
    },
    async (request, reply) => {
      const { email, reason, dry_run: dryRun } = request.body
      const erased = await erasePerson(app, { email, reason, dryRun, by: actor(request) })
      return erased.ok ? erased.value : refuse(reply, erased)
    },
  )

  web.get(
    '/people/acts',
    {
      config: forAdmins,
      schema: {
        ...about('People', 'List who had whose data exported or erased'),
        querystring: api.ListQuery,
        response: answers({ 200: api.page(api.PrivacyAct) }),
      },
    },
    async ({ query: { limit, cursor } }) => {
      const older = cursor && [{ at: { lt: cursor.at } }, { at: cursor.at, id: { lt: cursor.id } }]
      const rows = await app.store.prisma.privacyAct.findMany({
        where: older ? { OR: older } : {},
        orderBy: [{ at: 'desc' }, { id: 'desc' }],
        take: limit + 1,
      })
      return pageOf(rows, limit, ({ at, id }) => ({ at, id }), showAct)
    },
  )
}

/** Each file is opened when its turn comes; one that cannot be read breaks the answer off, so that it is not taken for whole. */
function zipped(files: AsyncIterable<ExportedFile>): Readable {
  const zip = new ZipFile()
  const output = zip.outputStream as Readable
  const breakOff = (error: Error) => void output.destroy(error)
  zip.on('error', breakOff)
  addAll(zip, output, files).then(() => zip.end(), breakOff)
  return output
}

async function addAll(zip: ZipFile, output: Readable, files: AsyncIterable<ExportedFile>): Promise<void> {
  for await (const { name, open } of files) {
    if (output.destroyed) return
    zip.addReadStreamLazy(name, {}, (give) => {
      open().then(
        (content) => give(null, Buffer.isBuffer(content) ? Readable.from([content]) : content),
        (error) => give(error, Readable.from([])),
      )
    })
  }
}

const contents =
  'By any of their addresses, as a ZIP file: contact, tickets they take part in with the messages they wrote or may see, ' +
  'letters in their name as they came, what we sent them, and rows about them in any other table. It is written down who ' +
  'asked. Internal notes and what others wrote elsewhere are not among it.'

function showAct({ id, kind, address, pseudonym, by, reason, counts, at, finishedAt }: Row): api.PrivacyAct {
  return {
    ...{ id, address, pseudonym, reason },
    kind: kind === 'erasure' ? 'erasure' : 'export',
    by: Actor.parse(by),
    counts: z.record(z.string(), z.number()).parse(counts),
    at: at.toISOString(),
    finished_at: finishedAt?.toISOString() ?? null,
  }
}

type Row = Prisma.PrivacyActGetPayload<object>

const explanation =
  'Found by any of their addresses. They are cut off at once; what they wrote is redacted, and wherever else they stand a ' +
  'pseudonym takes their place. It may take minutes, goes on when the caller is gone, and is taken up again when broken off. ' +
  'Asked for again, it changes nothing.'

import type { Store } from '@podatelna/store'
import { create as disposition } from 'content-disposition'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { beginningOf, openFile, type StoredFile } from '../reads/attachments.ts'
import { sendDownload } from './download.ts'
import { downloadType, rasterType, tellingBytes } from './safe-type.ts'

/**
 * Gives out a file of a message, as a download under a type that browsers do nothing with.
 *
 * @param inline an image of pixels is shown in place
 * @throws Error when its bytes are missing
 */
export async function sendFile(
  store: Store,
  request: FastifyRequest,
  reply: FastifyReply,
  file: StoredFile,
  inline = false,
): Promise<FastifyReply> {
  const image = inline ? rasterType(await beginningOf(store, file, tellingBytes)) : undefined
  return sendDownload(request, reply, {
    etag: `"${file.sha256.toString('hex')}"`,
    bytes: file.bytes,
    headers: {
      'content-type': image ?? downloadType(file.type),
      'content-disposition': disposition(file.filename, { type: image ? 'inline' : 'attachment' }),
      'x-content-type-options': 'nosniff',
      // Should a browser show it all the same, it does so in a box without scripts, forms, neighbours or a network.
      'content-security-policy': "sandbox; default-src 'none'",
      'cross-origin-resource-policy': 'same-origin',
    },
    open: (range) => openFile(store, file, range),
  })
}

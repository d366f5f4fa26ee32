/** Parts that were in no letter: what something was unpacked to, in the shape of a letter's own parts. */
import libmime from 'libmime'
import type { Entity } from '../mime/tree.ts'
import type { UnpackedFile } from './budget.ts'

export type Source = NonNullable<Entity['source']>

export function textPart(subtype: 'plain' | 'html', text: string): Entity {
  return { ...leaf(`text/${subtype}`, Buffer.from(text)), parameters: { charset: 'utf-8' } }
}

export function filePart({ filename, type, content, content_id }: UnpackedFile, source: Source): Entity {
  return {
    ...leaf(typeOf(type, filename), content),
    header: content_id ? [{ name: 'content-id', value: content_id, lines: 1 }] : [],
    disposition: { value: 'attachment', parameters: { filename } },
    source,
  }
}

/** What knows nothing of types is known by its name. */
function typeOf(type: string, filename: string): string {
  const isType = /^[\w.+-]{1,100}\/[\w.+-]{1,100}$/.test(type) && type.toLowerCase() !== 'application/octet-stream'
  return isType ? type.toLowerCase() : libmime.detectMimeType(filename.slice(-20))
}

/** Makes `entity` a multipart of these parts; its header stays, as it is perhaps that of the letter. */
export function divide(entity: Entity, subtype: 'mixed' | 'alternative', children: Entity[]): void {
  const nothing = Buffer.alloc(0)
  Object.assign(entity, { type: `multipart/${subtype}`, encoding: '', body: nothing, disposition: undefined, children })
}

function leaf(type: string, body: Buffer): Entity {
  return {
    ...{ header: [], type, parameters: {}, disposition: undefined, encoding: '' },
    ...{ bytes: body, body, children: [], outside: [] },
  }
}

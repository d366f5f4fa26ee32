/** Letters of old programs whose lines end with a bare CR: for mailparser they have one line, and no body. */
import { Transform, type TransformCallback } from 'node:stream'

/** True when lines end with CR alone, by the beginning of a letter. */
export function hasBareCr(beginning: Buffer): boolean {
  return beginning.includes(0x0d) && !beginning.includes(0x0a)
}

/** Puts the LF behind each CR, if the first bytes say that it is needed; otherwise changes nothing. */
export class LineEndRepair extends Transform {
  repaired: boolean | undefined

  override _transform(chunk: Buffer, _: BufferEncoding, done: TransformCallback): void {
    this.repaired ??= hasBareCr(chunk)
    done(null, this.repaired ? Buffer.from(chunk.toString('latin1').replace(/\r\n?/g, '\r\n'), 'latin1') : chunk)
  }
}

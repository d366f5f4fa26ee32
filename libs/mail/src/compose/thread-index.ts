import { createHash } from 'node:crypto'

/** A conversation as Outlook knows it: by an id of ours, and when it began. */
export type Conversation = { id: string; begun: Date }

/**
 * Thread-Index, by which Outlook and Exchange group ([MS-OXOMSG] §2.2.1.3): five bytes of the time it began, 16 that
 * stand for the conversation, and for an answer five that tell how much later it was written. The same ticket always has
 * the same first 22 bytes, whoever gets the letter.
 */
export function threadIndex({ id, begun }: Conversation, answerAt?: Date): string {
  const start = fileTime(begun)
  const header = Buffer.alloc(8)
  header.writeBigUInt64BE(start)
  // The highest byte of any time from 1830 to 2057 is the 1 that the format asks for.
  const guid = createHash('sha256').update(`podatelna conversation\0${id}`).digest().subarray(0, 16)
  const index: Uint8Array[] = [header.subarray(0, 6), guid]
  if (answerAt) index.push(childBlock(fileTime(answerAt) - start))
  return Buffer.concat(index).toString('base64')
}

/** 31 bits of the difference, in steps of 26 ms up to 21 months, beyond that of 0.8 s. */
function childBlock(difference: bigint): Buffer {
  const later = difference > 0n ? difference : 0n
  const near = later < 1n << 49n
  const block = Buffer.alloc(5)
  block.writeUInt32BE(Number((later >> (near ? 18n : 23n)) & 0x7fff_ffffn) + (near ? 0 : 0x8000_0000))
  return block
}

/** Steps of 100 ns since 1601. */
function fileTime(time: Date): bigint {
  return (BigInt(time.getTime()) + 11_644_473_600_000n) * 10_000n
}

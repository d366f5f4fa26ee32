import { crc32, inflateRawSync } from 'node:zlib'

/** The files of a ZIP archive by their names, as its central directory tells (APPNOTE.TXT §4.3); each is checked. */
export function unzip(archive: Buffer): Map<string, Buffer> {
  const end = archive.lastIndexOf('PK\x05\x06')
  const files = new Map<string, Buffer>()
  let at = archive.readUInt32LE(end + 16)
  for (let left = archive.readUInt16LE(end + 10); left > 0; left--) {
    const [method, sum, bytes] = [10, 16, 20].map((field) => archive.readUInt32LE(at + field)) as [
      number,
      number,
      number,
    ]
    const [name, extra, comment] = [28, 30, 32].map((field) => archive.readUInt16LE(at + field)) as [
      number,
      number,
      number,
    ]
    const local = archive.readUInt32LE(at + 42)
    const from = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28)
    const stored = archive.subarray(from, from + bytes)
    const content = (method & 0xffff) === 8 ? inflateRawSync(stored) : stored
    if (crc32(content) !== sum) throw new Error('a file of the archive is damaged')
    files.set(archive.toString('utf8', at + 46, at + 46 + name), content)
    at += 46 + name + extra + comment
  }
  return files
}

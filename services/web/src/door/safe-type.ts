/** Under which type bytes of a stranger may leave us: browsers run nothing of what stands here. */

/** The type a file is downloaded as: what it is said to be, when nothing in that can act, else just bytes. */
export function downloadType(said: string): string {
  const type = said.trim().toLowerCase()
  return harmless.has(type) ? type : 'application/octet-stream'
}

/** The type of an image that a page may show, by its first bytes, whatever it is said to be; SVG is no such image. */
export function rasterType(beginning: Buffer): string | undefined {
  return signatures.find(({ looks }) => looks(beginning))?.type
}

/** So many of the first bytes tell. */
export const tellingBytes = 16

/** No HTML, XML, SVG or script, nor anything that a browser might take for one. */
const harmless = new Set([
  ...['image/avif', 'image/bmp', 'image/gif', 'image/heic', 'image/jpeg', 'image/png', 'image/tiff', 'image/webp'],
  ...['audio/aac', 'audio/flac', 'audio/mp4', 'audio/mpeg', 'audio/ogg', 'audio/wav', 'audio/webm', 'audio/x-wav'],
  ...['video/mp4', 'video/mpeg', 'video/ogg', 'video/quicktime', 'video/webm', 'video/x-msvideo'],
  ...['application/pdf', 'text/plain'],
])

const signatures: { type: string; looks: (bytes: Buffer) => boolean }[] = [
  { type: 'image/png', looks: begins('89504e470d0a1a0a') },
  { type: 'image/jpeg', looks: begins('ffd8ff') },
  { type: 'image/gif', looks: (bytes) => /^GIF8[79]a/.test(bytes.toString('latin1', 0, 6)) },
  {
    type: 'image/webp',
    looks: (bytes) => bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP',
  },
  // The two letters alone may begin a word; the reserved field behind the size is zero.
  { type: 'image/bmp', looks: (bytes) => begins('424d')(bytes) && begins('00000000')(bytes.subarray(6)) },
]

function begins(hex: string): (bytes: Buffer) => boolean {
  const signature = Buffer.from(hex, 'hex')
  return (bytes) => bytes.subarray(0, signature.length).equals(signature)
}

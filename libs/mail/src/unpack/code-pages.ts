/** Windows code pages, as TNEF and RTF name the charset of their text. */
import iconv from 'iconv-lite'

/** Text of that code page; of one nobody knows as Windows' Western one, which is what such programs write then. */
export function decodeCodePage(bytes: Buffer, page: number): string {
  return iconv.decode(bytes, charsetOf(page), { stripBOM: true })
}

function charsetOf(page: number): string {
  const charset = named[page] ?? (page >= 28591 && page <= 28606 ? `iso-8859-${page - 28590}` : `cp${page}`)
  return iconv.encodingExists(charset) ? charset : 'windows-1252'
}

const named: Record<number, string> = {
  932: 'shift_jis',
  936: 'gb18030',
  949: 'cp949',
  950: 'big5',
  1200: 'utf-16le',
  1201: 'utf-16be',
  10000: 'macroman',
  20127: 'windows-1252',
  20866: 'koi8-r',
  20932: 'euc-jp',
  21866: 'koi8-u',
  51932: 'euc-jp',
  51949: 'euc-kr',
  54936: 'gb18030',
  65000: 'utf-7',
  65001: 'utf-8',
}

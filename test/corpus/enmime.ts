/**
 * Small letters with one defect each, that its file is named after: what people are to read must be in the text, and
 * every file must be listed. enmime has no expected values, so they stand here, by eye.
 */
import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { parseLetter } from '@podatelna/mail'
import { lettersIn } from './letters.ts'
import type { Difference, Report } from './report.ts'

export async function runEnmime(folder: string): Promise<Report[]> {
  const suite = join(folder, 'parse', 'enmime')
  const letters = lettersIn(suite).map((path) => ({ name: relative(suite, path).replace(/\.raw$/, ''), path }))
  return [
    { source: 'enmime', cases: letters.length, differences: letters.flatMap(({ name, path }) => compare(name, path)) },
  ]
}

function compare(name: string, path: string): Difference[] {
  const expected = letters[name]
  if (!expected) return [{ case: name, expected: 'a letter of the table', seen: 'another' }]
  const { text, attachments } = parseLetter(readFileSync(path))
  const words = text.replace(/\s+/g, ' ').trim()
  const missing = expected.text.filter((phrase) => (phrase === '' ? words !== '' : !words.includes(phrase)))
  const files = attachments.map(({ filename, inline }) => (inline ? `${filename}, inline` : filename)).join('; ')
  const wanted = (expected.files ?? []).join('; ')
  return [
    ...missing.map((phrase) => ({ case: name, expected: phrase || 'no text', seen: words.slice(0, 100) })),
    ...(files === wanted ? [] : [{ case: name, expected: wanted || 'no file', seen: files }]),
  ]
}

/** In the text; `''` when there is none. Then its files, in order. */
const letters: Record<string, { text: string[]; files?: string[] }> = {
  'low-quality/bad-final-boundary': { text: ['A text section'], files: ['foo_9E5D72.zip'] },
  'low-quality/bad-header-start': { text: ['A text section', 'An HTML section'] },
  'low-quality/bad-header-wrap': { text: ['A text section'], files: ['7DDA4_foo_9E5D72.zip'] },
  'low-quality/empty-header': { text: ['A text section', 'An HTML section'] },
  'low-quality/html-only-inline': { text: ['Test of HTML section'], files: ['favicon.png, inline'] },
  'low-quality/incorrect-charset': { text: ['Using Unicode/UTF-8', '∮ E⋅da = Q', 'ði ıntəˈnæʃənəl'] },
  'low-quality/malformed-base64-attach': { text: ['A text section'], files: ['some.doc'] },
  'low-quality/missing-content-type': { text: ['A plain text email'] },
  'low-quality/missing-content-type2': { text: ['A text section', 'An HTML section'] },
  'low-quality/unk-charset-html-only': { text: ['Hello World!'] },
  'low-quality/unk-charset-part': { text: ['A text section'], files: ['foo_9E5D72.zip'] },
  'low-quality/unk-encoding-part': { text: ['A text section'], files: ['foo_9E5D72.zip'] },
  'mail/attachment': { text: ['A text section'], files: ['test.html'] },
  'mail/attachment-application': { text: ['A text section'], files: ['some.doc'] },
  'mail/attachment-octet': { text: ['A text section'], files: ['attachment-1.bin'] },
  'mail/attachment-only': { text: [''], files: ['favicon.jpg'] },
  'mail/attachment-only-inline': { text: [''], files: ['favicon.jpg'] },
  'mail/attachment-only-inline-quoted-printable': { text: ['Just some html content'] },
  'mail/attachment-only-no-disposition': { text: [''], files: ['favicon.jpg'] },
  'mail/attachment-only-text-attachment': { text: [''], files: ['test.csv'] },
  'mail/ctype-bug': { text: ['Head over to the Quick Start', 'Just hit reply', 'All of us at Papertrail'] },
  'mail/epilogue-sample': { text: ['A text section'], files: ['test.html'] },
  'mail/erroneous': { text: ['// Not an RFC-822 Document'] },
  'mail/header-only': { text: [''] },
  'mail/html-mime-bad-charset-inline': { text: ['Test of text section'], files: ['favicon.png, inline'] },
  'mail/html-mime-bad-unknown-charset-inline': { text: ['Test of text section'], files: ['favicon.png, inline'] },
  'mail/html-mime-inline': { text: ['Test of text section'], files: ['favicon.png, inline'] },
  'mail/html-only-inline': { text: ['Test of HTML section'], files: ['favicon.png, inline'] },
  'mail/inlinemultipart': { text: ['Simple text.'], files: ['test.pdf', 'test.txt'] },
  'mail/malformed-multiple-address-header-values': { text: ['Simple text.'], files: ['test.pdf', 'test.txt'] },
  'mail/mime-alternative': { text: ['Section one', 'Section two'] },
  'mail/mime-bad-8bit-filename': { text: ['Text part'], files: ['管理.doc'] },
  'mail/mime-bad-content-transfer-encoding': { text: ['ploozdect nispplul', 'plegpitwoospvow chuzgrunt'] },
  'mail/mime-bad-content-type': { text: ['Thank you for booking'], files: ['Invoice_302232133150612.pdf'] },
  'mail/mime-blank-media-name': { text: ['Thank you for booking'], files: ['Invoice_302232133150612.pdf'] },
  'mail/mime-duplicate-param': { text: ['Thank you for booking'], files: ['Invoice_302232133150612.pdf'] },
  'mail/mime-mixed': { text: ['Section one', 'Section two'] },
  'mail/mime-mixed-related': { text: ['html1', 'html2'] },
  'mail/mime-signed': { text: ['Section one', 'Section two'], files: ['signature.asc'] },
  'mail/mime-unquoted-tspecials-param': { text: ['Thank you for booking'], files: ['Invoice_(302232133150612).pdf'] },
  'mail/multipart-wo-boundary': { text: ['multipart message without boundary'] },
  'mail/non-mime': { text: ['This is a test mailing'] },
  'mail/non-mime-html': { text: ['This is a test mailing'] },
  'mail/non-mime-html-charset-header-only': { text: ['Test Müller'] },
  'mail/non-mime-missing-charset': { text: ['Unencoded Euro Sign:'] },
  'mail/other-multi-related': { text: ['Plain text.'], files: ['image001.png', 'image002.png'] },
  'mail/other-parts': { text: ['A text section'], files: ['B05.gif'] },
  'mail/qp-ascii-header': { text: ['This is a test mailing'] },
  'mail/qp-utf8-header': { text: ['Lorem ipsum dolor sit amet', 'Praesent non nibh odio.'] },
  'mail/qp-utf8-header-no-break': { text: ['Lorem ipsum dolor sit amet', 'Praesent non nibh odio.'] },
  'mail/qp-utf8-header-recursed': { text: ['Lorem ipsum dolor sit amet', 'Praesent non nibh odio.'] },
  'mail/quoted-printable': { text: ['Lorem ipsum dolor sit amet', 'Integer sodales velit sed neque'] },
  'mail/quoted-printable-mime': { text: ['Lorem ipsum dolor sit amet'] },
  'mail/unknown-part-type': { text: ['A text section'], files: ['B05.gif'] },
  'parts/badboundary': { text: ['A text section'] },
  'parts/barren-content-type': { text: [''], files: ['text-1.txt'] },
  'parts/bin-attach': { text: ['A text section'], files: ['test.bin'] },
  'parts/chardet-detection': { text: ['oder geben Sie den folgen1233', 'öoöo'] },
  'parts/chardet-fail': { text: ['GIF89a'] },
  'parts/chardet-fail-non-txt': { text: [''], files: ['rzkly.gif'] },
  'parts/chardet-fail-not-long-enough': { text: ['和弟弟'] },
  'parts/chardet-success-big-5': { text: ['顏是家訓 北齊 顏之推'] },
  'parts/chardet-success-iso-8859-1': { text: ['DIE Drachenköpfe unserer Boote', 'besitzenden Kuß.'] },
  'parts/ctype-invalid-characters': { text: ['Test of text/plain section with invalid content type'] },
  'parts/empty-ctype-bad-content': { text: ['Use the View Invoices function', 'please contact us.'] },
  'parts/empty-header': { text: ['A text section'] },
  'parts/extra-base64-character': { text: ['Hello World!'] },
  'parts/header-only': { text: [''] },
  'parts/html-with-boundary': { text: ['An HTML section'] },
  'parts/malformed-content-type-params': { text: [''] },
  'parts/missing-closing-param-quote': { text: [''] },
  'parts/missing-ctype': { text: ['A text section'] },
  'parts/missing-ctype-root': { text: ['content type defaults to text/plain at the root'] },
  'parts/multi-malformed': { text: ['Section one', 'section without headers', 'Section two'] },
  'parts/multialtern': { text: ['A text section'] },
  'parts/multibase64': { text: ['A text section'], files: ['test.html'] },
  'parts/multimixed': { text: ['Section one', 'Section two'] },
  'parts/multimixed-no-closing-boundary': { text: ['Hello,'] },
  'parts/multiother': { text: ['Section one', 'Section two'] },
  'parts/nestedmulti': { text: ['A text section'], files: ['attach.txt', 'attach2.txt'] },
  'parts/quoted-printable': { text: ['Start=ABC=Finish'] },
  'parts/quoted-printable-invalid': { text: ['Stuffs’s Weekly Summary', 'you can unsubscribe here'] },
  'parts/similar-boundary': { text: ['Section one', 'A text section'] },
  'parts/textplain': { text: ['Test of text/plain section'] },
  'parts/unquoted-ctype-param-special': { text: [''], files: ['calendar.ics'] },
}

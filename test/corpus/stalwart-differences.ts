const reasons = {
  raw: 'Raw 8-bit that no field declares (RFC 2047 §1, RFC 6532 §3.2 allow none but UTF-8): expected are replacement characters, we read it in the character set that gives sensible text.',
  comment: 'A comment is no part of the name (RFC 5322 §3.2.2, §3.4).',
  padding:
    'Padding ends what is base64 (RFC 2045 §6.8): expected are the bytes of the words behind it. What is no base64 at all stays text, expected is a file of it.',
  boundary: 'A boundary begins its line (RFC 2046 §5.1.1); here it stands behind a word, and is text.',
  letters:
    'Three letters stand between boundaries of the outermost multipart, which end what is open within (RFC 2046 §5.1.2).',
  uuencodedText: 'Three files stand uuencoded in the text; rules §7 wants them listed as files.',
  uuencoded:
    'The transfer encoding is uuencode, a private one (RFC 2045 §6.3), and very old programs write it: expected is it as it is, we decode it.',
  lineEnds:
    'Bytes of a file that is not encoded, as sent: its lines end with CRLF; what is expected was made from the letter with LF.',
  path: 'A path is no part of the name of a file (RFC 2183 §2.3).',
  structure:
    'No word of the text: boundaries, and headers of the parts behind them, which are shown as parts here and expected as text.',
  header:
    'No word of the text: behind a boundary stands the header of a whole letter, which is that of a part here (RFC 2046 §5.1), and expected as text.',
}

/** Where we differ from Stalwart's parser, and why: by letter and field. */
export const differences: Record<string, string> = {
  'legacy/010 subject': reasons.raw,
  'legacy/010 to': reasons.raw,
  'legacy/016 file 1 bytes': reasons.lineEnds,
  'legacy/016 file 2 bytes': reasons.lineEnds,
  'legacy/016 file 2 name': reasons.raw,
  'legacy/017 file 1 bytes': reasons.uuencoded,
  'legacy/017 file 2 bytes': reasons.uuencoded,
  'legacy/017 to': reasons.raw,
  'legacy/020 subject': reasons.raw,
  'legacy/020 to': reasons.raw,
  'legacy/022 subject': reasons.raw,
  'legacy/022 to': reasons.raw,
  'legacy/023 file 3 name': reasons.raw,
  'legacy/026 file 1 name': reasons.raw,
  'legacy/026 file 1 text': reasons.uuencoded,
  'legacy/027 subject': reasons.raw,
  'legacy/027 to': reasons.raw,
  'legacy/033 text': reasons.raw,
  'legacy/035 file 1 name': reasons.path,
  'legacy/035 file 2 name': reasons.path,
  'legacy/039 file 1 name': reasons.path,
  'legacy/039 file 2 name': reasons.path,
  'legacy/048 file 1 bytes': reasons.uuencoded,
  'legacy/048 file 2 bytes': reasons.uuencoded,
  'legacy/048 file 3 bytes': reasons.uuencoded,
  'legacy/049 number of files': reasons.uuencodedText,
  'legacy/052 subject': reasons.raw,
  'legacy/052 text': reasons.raw,
  'legacy/052 to': reasons.raw,
  'malformed/009': reasons.structure,
  'malformed/011': reasons.structure,
  'malformed/012': reasons.structure,
  'malformed/019': reasons.header,
  'malformed/020': reasons.structure,
  'malformed/021': reasons.structure,
  'rfc/001 file 2 name': reasons.path,
  'rfc/002 file 1 to': reasons.comment,
  'thirdparty/002 number of files': reasons.padding,
  'thirdparty/002 text': reasons.padding,
  'thirdparty/005 text': reasons.boundary,
  'thirdparty/015 number of files': reasons.letters,
}

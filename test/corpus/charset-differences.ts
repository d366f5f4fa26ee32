/** Why ours is right where MailCore shows something else. */
export const differences: Record<string, string> = {
  '2113-formatting body':
    'MailCore goes on with the text of the letter that a complaint returns (RFC 5965 §2); with us it is a file.',
  '2113-formatting files':
    'The report for programs and the letter complained about are both files (RFC 5965 §2), named by what they are.',
  '989-encoding-5 body':
    'A server broke a line of more than 998 bytes within a character (RFC 5322 §2.1.1); we put the two halves together.',
  '6144-russian subject': 'koi8_r is KOI8-R (RFC 1489); MailCore knows it in the body only.',
  '2765-korean from':
    'The address stands without its angle brackets; the encoded word before it is a name all the same.',
  '2765-korean to': 'The address stands without its angle brackets; the encoded word before it is a name all the same.',
  '6094-japanese-1 to': 'There is no space behind the encoded word, and we add none.',
  '1808-winmail-dat files': 'winmail.dat is unpacked: the file is the document within it.',
}

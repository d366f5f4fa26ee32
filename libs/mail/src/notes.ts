import type { ParsedLetter } from './parse.ts'
import { signatureText } from './unpack/signature.ts'

/** What staff are told beside a letter: whether its signature is right, then what could not be read as it was meant. */
export function notesOn({ signature, warnings }: Pick<ParsedLetter, 'signature' | 'warnings'>): string[] {
  return signature ? [signatureText(signature), ...warnings] : warnings
}

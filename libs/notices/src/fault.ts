/** Why a template cannot be used: a sentence that holds nothing of what the letter is about, and where, if that is known. */
export class TemplateFault extends Error {
  readonly at: Place | undefined
  field: 'subject' | 'body' = 'body'
  constructor(message: string, at?: Place) {
    super(message)
    this.at = at
  }
}

/** As editors count: both from 1. */
export type Place = { line: number; column: number }

/** Where something of the parser's stands. */
export function placeOf(loc: { start: Place } | undefined): Place | undefined {
  return loc && { line: loc.start.line, column: loc.start.column + 1 }
}

/** What may be told and logged of anything that was thrown: what others throw could quote the letter. */
export function faultOf(error: unknown): TemplateFault {
  return error instanceof TemplateFault ? error : new TemplateFault('It cannot be rendered.')
}

/** Lines that grow as words come: white space of the source counts as one space, and is left out where a line begins. */
export class Flow {
  readonly #lines: string[] = []
  #line: string | undefined
  /** The line ends with a space; to look at its end would put it together anew for each of its pieces. */
  #isSpaced = false
  /** Lines to end before the next word. */
  #breaks = 0
  /** Spaces at the beginning of a line that stand there on purpose, or are all there is in it. */
  #blank = ''

  /** `exact` where white space stands as it was written. */
  add(text: string, exact: boolean): void {
    const atStart = this.#line === undefined || this.#breaks > 0
    const words = exact ? text : text.replace(/[ \t\n\f]+/g, ' ')
    const fitting = !exact && (atStart || this.#isSpaced) ? words.replace(/^ /, '') : words
    if (atStart && fitting.trim() === '') this.#blank += fitting
    else if (fitting !== '') {
      this.#begin()
      this.#line += fitting
      this.#isSpaced = fitting.endsWith(' ')
    }
  }

  /** Ends the line, though there be nothing in it. */
  break(): void {
    this.#blank = ''
    this.#breaks++
  }

  /** Ends the line, if there is one; `lines` is 2 to leave an empty one behind it. */
  end(lines: 1 | 2): void {
    // With nothing but spaces in it, it was left empty on purpose.
    if (this.#blank !== '') this.break()
    this.#breaks = Math.max(this.#breaks, lines)
  }

  addLines(lines: readonly string[]): void {
    if (lines.length === 0) return
    this.end(1)
    this.#begin()
    lines.forEach((line, at) => {
      if (at > 0) this.#lines.push(this.#line ?? '')
      this.#line = line
    })
    this.end(1)
  }

  /** Without empty ones around. */
  lines(): string[] {
    return this.#line === undefined ? [] : [...this.#lines, finished(this.#line)]
  }

  #begin(): void {
    if (this.#line !== undefined && this.#breaks > 0) {
      this.#lines.push(finished(this.#line))
      if (this.#breaks > 1) this.#lines.push('')
      this.#line = this.#blank
    }
    this.#line ??= this.#blank
    this.#breaks = 0
    this.#blank = ''
  }
}

/** Behind the bullets of Word stand spaces to the next tab stop. */
function finished(line: string): string {
  return line
    .replaceAll('\u00a0', ' ')
    .trimEnd()
    .replace(/^([•▪§·o–-]|\d{1,3}[.)]) {2,99}(?=\S)/, '$1 ')
}

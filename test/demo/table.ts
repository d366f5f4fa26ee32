/** Rows as blocks for a terminal of any width: long sentences stay whole, unlike in columns. */
export function table(rows: Record<string, string>[]): string {
  return rows
    .map((row, index) => {
      const [title, ...facts] = Object.entries(row)
      const lines = facts.flatMap(([name, value]) => (value ? `     ${name.padEnd(9)} ${value}` : []))
      return [`\n${String(index + 1).padStart(3)}. ${title?.[1]}`, ...lines].join('\n')
    })
    .join('\n')
}

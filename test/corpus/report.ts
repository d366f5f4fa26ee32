/** What came of the cases of one source: how many there were, and every one that went otherwise than expected. */
export type Report = { source: string; cases: number; differences: Difference[]; note?: string }

export type Difference = {
  case: string
  expected: string
  seen: string
  /** Why ours is right all the same, with the section that says so; a difference without a reason is a failure. */
  because?: string
}

export function isExplained(report: Report): boolean {
  return report.differences.every(({ because }) => because)
}

/** A table of all sources, then every difference. */
export function print(reports: Report[]): string {
  const width = Math.max(...reports.map(({ source }) => source.length))
  const row = (name: string, ...counts: (string | number)[]) =>
    [name.padEnd(width), ...counts.map((count) => String(count).padStart(7))].join('')
  const rows = reports.map(({ source, cases, differences, note }) => {
    const counts = row(source, cases, cases - differences.length, differences.length)
    return note ? `${counts}  ${note}` : counts
  })
  const details = reports.flatMap(({ source, differences }) => differences.map((found) => describe(source, found)))
  return `${[row('', 'cases', 'agree', 'differ'), ...rows, '', ...details].join('\n')}\n`
}

function describe(source: string, { case: name, expected, seen, because }: Difference): string {
  return `${source}: ${name}: expected ${expected}, saw ${seen}\n  ${because ?? 'NOT EXPLAINED'}`
}

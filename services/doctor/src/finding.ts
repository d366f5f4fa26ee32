/** What was found out about one part: `ok`, `warning` (it works, but somebody will regret it) or `fault`. */
export type Finding = { state: 'ok' | 'warning' | 'fault'; subject: string; says: string } & Advice

export type Advice = {
  /** Why it matters. */
  why?: string
  /** What to change. */
  change?: string
  /** Lines for a zone file, a terminal or the settings, ready to paste. */
  paste?: string[]
}

export function ok(subject: string, says: string): Finding {
  return { state: 'ok', subject, says }
}

export function warning(subject: string, says: string, advice: Advice): Finding {
  return { state: 'warning', subject, says, ...advice }
}

export function fault(subject: string, says: string, advice: Advice): Finding {
  return { state: 'fault', subject, says, ...advice }
}

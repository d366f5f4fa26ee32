import { styleText } from 'node:util'
import type { Finding } from './finding.ts'

/** One line for each finding; under a problem why it matters, what to change, and what to paste. */
export function asText(findings: Finding[]): string {
  const width = Math.max(...findings.map(({ subject }) => subject.length))
  return `\n${findings.map((finding) => paragraph(finding, width)).join('')}\n${summary(findings)}\n`
}

/** For machines: `ok` as in the exit code, and every finding as it is. */
export function asJson(findings: Finding[]): string {
  return `${JSON.stringify({ ok: count(findings, 'fault') === 0, findings }, null, 2)}\n`
}

function paragraph({ state, subject, says, why, change, paste = [] }: Finding, width: number): string {
  const advice = [why, change].filter(Boolean).map((sentence) => `      ${sentence}\n`)
  const lines = paste.map((line) => `        ${line}\n`)
  // styleText leaves the colour out where the output is no terminal, or NO_COLOR is set.
  const mark = styleText(looks[state].colour, looks[state].mark)
  return `  ${mark} ${subject.padEnd(width)}  ${says}\n${advice.join('')}${lines.join('')}`
}

function summary(findings: Finding[]): string {
  const [faults, warnings] = [count(findings, 'fault'), count(findings, 'warning')]
  if (faults + warnings === 0) return 'All is well.'
  return [faults && plural(faults, 'fault'), warnings && plural(warnings, 'warning')]
    .filter(Boolean)
    .join(', ')
    .concat('.')
}

function count(findings: Finding[], state: Finding['state']): number {
  return findings.filter((finding) => finding.state === state).length
}

function plural(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`
}

const looks = {
  ok: { mark: '✓', colour: 'green' },
  warning: { mark: '!', colour: 'yellow' },
  fault: { mark: '✗', colour: 'red' },
} as const

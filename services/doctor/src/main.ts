/** `npm run doctor`: looks at everything an installation depends on and says what to change. Changes nothing itself. */
import { BadSettings, readSettings } from '@podatelna/runtime'
import { examine } from './examine.ts'
import { type Finding, fault } from './finding.ts'
import { asJson, asText } from './report.ts'

const findings = await look()
process.stdout.write(process.argv.includes('--json') ? asJson(findings) : asText(findings))
process.exit(findings.some(({ state }) => state === 'fault') ? 1 : 0)

async function look(): Promise<Finding[]> {
  try {
    return await examine(readSettings(process.env))
  } catch (error) {
    if (!(error instanceof BadSettings)) throw error
    return error.problems.map((problem) => {
      const [name = '', ...sentence] = problem.split(': ')
      return fault(name, sentence.join(': '), { why: 'Podatelna does not start before it is right.' })
    })
  }
}

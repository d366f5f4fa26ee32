import { writeSync } from 'node:fs'
import type { Reporter, TestModule } from 'vitest/node'

/** Ends the run with one plain line, `123 passed, 0 failed`, and with an exit code that agrees with it. */
export default class LastLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const count = (state: string) => tests.filter((test) => test.result().state === state).length
    const passed = count('passed')
    const failed = count('failed') + modules.flatMap(brokenSuites).length + errors.length
    const skipped = count('skipped') + count('pending')
    // On exit, because the servers are still being stopped now and may have something to say.
    process.once('exit', () => {
      if (failed || !passed) process.exitCode = 1
      writeSync(1, `${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}\n`)
    })
  }
}

/** A file that does not load, or a hook that throws, is a failure although no test of it failed. */
function brokenSuites(module: TestModule): unknown[] {
  return [module, ...module.children.allSuites()].filter((suite) => suite.errors().length > 0)
}

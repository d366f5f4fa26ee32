/** How one process starts, runs and stops: the same for every service. */
export { type App, closeApp, openApp, type Service } from './app.ts'
export { lastWords, runProcess, sayAndExit, stopSignal } from './run.ts'
export { secretKeys } from './secret-keys.ts'

import { lastWords, sayAndExit, stopSignal } from '@podatelna/process'
import { readSettings } from '@podatelna/runtime'
import { startPodatelna } from './index.ts'
import { welcome } from './welcome.ts'

try {
  const podatelna = await startPodatelna(readSettings(process.env))
  lastWords(podatelna.app.log)
  process.stdout.write(welcome(podatelna))
  await stopSignal()
  process.stdout.write('\nStopping: finishing what is under way.\n')
  await podatelna.close()
  process.exit(0)
} catch (error) {
  sayAndExit(error)
}

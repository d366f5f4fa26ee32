import { runProcess } from '@podatelna/process'
import { startWeb } from './index.ts'

await runProcess('web', startWeb)

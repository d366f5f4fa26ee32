import { runProcess } from '@podatelna/process'
import { startOutbound } from './index.ts'

await runProcess('outbound', startOutbound)

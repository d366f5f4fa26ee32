import { runProcess } from '@podatelna/process'
import { startTickets } from './index.ts'

await runProcess('tickets', startTickets)

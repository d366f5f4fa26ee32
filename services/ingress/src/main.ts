import { runProcess } from '@podatelna/process'
import { startIngress } from './index.ts'

await runProcess('ingress', startIngress)

/** The product in one process, as `npm start` runs it, told of events that are in the outbox as whoever wrote them tells. */
import { readSettings } from '@podatelna/runtime'
import { startPodatelna } from '@podatelna/standalone'

const podatelna = await startPodatelna(readSettings(process.env))
process.on('message', (events) => {
  podatelna.app.bus.publish(events as Parameters<typeof podatelna.app.bus.publish>[0])
  process.send!('published')
})
process.on('SIGTERM', () => podatelna.close().then(() => process.exit(0)))
process.send!(podatelna.httpPort)

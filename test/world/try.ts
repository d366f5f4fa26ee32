import { connect } from 'amqplib'
import { startRabbit } from './rabbitmq.ts'

const wait = Number(process.argv[2])
const r = await startRabbit()
const open = async () => {
  const c = await connect(r.url, { noDelay: true })
  c.on('error', () => {})
  const ch = await c.createConfirmChannel()
  ch.on('error', () => {})
  return { c, ch }
}
const { c, ch } = await open()
for (const k of ['quorum', 'classic']) {
  await ch.assertQueue(k, { durable: true, arguments: { 'x-queue-type': k } })
  ch.sendToQueue(k, Buffer.from('hello'), { persistent: true })
}
await ch.waitForConfirms()
await c.close()
await new Promise((d) => setTimeout(d, wait))
await r.kill()
await r.restart()
for (const k of ['classic', 'quorum']) {
  const { c, ch } = await open()
  try {
    const m = await Promise.race([
      ch.get(k, { noAck: true }),
      new Promise<any>((_, f) => setTimeout(f, 8000, new Error('no answer in 8 s'))),
    ])
    console.log(wait, k, m && m.content.toString())
  } catch (e: any) {
    console.log(wait, k, 'FAILED', e.message.slice(0, 90))
  }
  c.close().catch(() => {})
}
await r.stop()
process.exit(0)

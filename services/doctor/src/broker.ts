import { randomBytes } from 'node:crypto'
import { queueNames } from '@podatelna/bus'
import type { Settings } from '@podatelna/runtime'
import amqp, { type ChannelModel, type Replies } from 'amqplib'
import { type Finding, fault, ok, warning } from './finding.ts'

const manyWaiting = 1_000

/** Reachable, with the right to declare, and the queues as they are: nothing is declared that stays. */
export async function checkBroker({ AMQP_URL, BUS_NAMESPACE }: Settings): Promise<Finding[]> {
  if (!AMQP_URL) return [ok('broker', 'none: events stay in the process.')]
  const subject = `broker ${new URL(AMQP_URL).host}`
  const connection = await connect(AMQP_URL)
  if (connection instanceof Error) return [away(subject, connection)]
  try {
    const queues = queueNames(BUS_NAMESPACE)
    return [
      await checkRights(connection, subject, BUS_NAMESPACE),
      ...(await Promise.all(queues.map((queue) => checkQueue(connection, queue)))),
    ]
  } finally {
    await connection.close().catch(() => {})
  }
}

async function connect(url: string): Promise<ChannelModel | Error> {
  try {
    const connection = await amqp.connect(url, { timeout: 5_000 })
    connection.on('error', () => {})
    return connection
  } catch (error) {
    return error as Error
  }
}

function away(subject: string, { message }: Error): Finding {
  return fault(subject, `cannot be used: ${message}.`, {
    why: 'Letters are still taken, but wait in the outbox.',
    change: 'Start it, or correct AMQP_URL; a virtual host is written behind the slash, "/" itself as %2F.',
  })
}

async function checkRights(connection: ChannelModel, subject: string, namespace: string): Promise<Finding> {
  const channel = await connection.createChannel()
  channel.on('error', () => {})
  try {
    await channel.assertQueue(`${namespace}.doctor-${randomBytes(4).toString('hex')}`, { exclusive: true })
    await channel.close()
    const { product, version } = connection.connection.serverProperties
    return ok(subject, `${product} ${version} answers; queues can be declared.`)
  } catch (error) {
    return fault(subject, `queues cannot be declared: ${(error as Error).message}.`, {
      why: 'No event is carried.',
      change: 'Give the user the rights to configure, write and read.',
      paste: [`rabbitmqctl set_permissions podatelna '^${namespace}\\.' '^${namespace}\\.' '^${namespace}\\.'`],
    })
  }
}

async function checkQueue(connection: ChannelModel, name: string): Promise<Finding> {
  const subject = `queue ${name}`
  const queue = await passively(connection, name)
  if (!queue) return ok(subject, 'is not there yet; the first start declares it.')
  const state = `${queue.messageCount} waiting, ${queue.consumerCount} reading`
  if (queue.consumerCount === 0 && queue.messageCount > 0) {
    return fault(subject, `nobody reads it: ${state}.`, {
      why: 'What waits is not done.',
      change: 'Start the service it is named after.',
    })
  }
  if (queue.messageCount < manyWaiting) return ok(subject, `${state}.`)
  return warning(subject, `${state}.`, { why: 'Notices are late.', change: 'Look at its log, or start it once more.' })
}

/** Undefined when there is no such queue; the broker closes the channel over it. */
async function passively(connection: ChannelModel, name: string): Promise<Replies.AssertQueue | undefined> {
  const channel = await connection.createChannel()
  channel.on('error', () => {})
  try {
    const queue = await channel.checkQueue(name)
    await channel.close()
    return queue
  } catch (error) {
    if ((error as { code?: number }).code === 404) return undefined
    throw error
  }
}

import { isHere, type Settings, type SmppAccount } from '@podatelna/runtime'
import smpp from 'smpp'
import { type Finding, fault, ok } from './finding.ts'

const patienceMs = 8_000

/** Binds to the message centre, or asks the gateway whether it is there; sends nothing. Nothing to look at without one. */
export async function checkTexts({ SMS_URL: provider }: Settings): Promise<Finding[]> {
  if (!provider) return []
  const isCentre = provider.kind === 'smpp'
  const subject = `text messages ${isCentre ? `${provider.host}:${provider.port}` : new URL(provider.url).host}`
  try {
    return [isCentre ? await checkCentre(subject, provider) : await checkGateway(subject, provider.url)]
  } catch (error) {
    const { message, cause } = error as Error
    const words = cause instanceof Error ? cause.message : message
    return [
      fault(subject, `cannot be used: ${words}.`, { why, change: 'Correct SMS_URL, or have the way there opened.' }),
    ]
  }
}

const why = 'Texts about urgent tickets wait, and are given up after six hours.'

async function checkCentre(subject: string, account: SmppAccount): Promise<Finding> {
  const status = await bind(account)
  // Ours is bound, and the centre allows no second one.
  if (status === 0 || status === smpp.errors.ESME_RALYBND) return ok(subject, `lets ${account.systemId} in.`)
  const name = Object.entries(smpp.errors).find(([, number]) => number === status)?.[0] ?? `status ${status}`
  const change = 'Correct system id and password in SMS_URL; characters like @ and / are written as %40 and %2F.'
  return fault(subject, `refuses ${account.systemId}: ${name}.`, { why, change })
}

/** @returns its command_status */
async function bind({ host, port, tls, systemId, password, systemType }: SmppAccount): Promise<number> {
  const session = smpp.connect({ host, port, tls, noDelay: true, rejectUnauthorized: !isHere(host) })
  const timer = setTimeout(() => session.emit('error', new Error('it does not answer')), patienceMs)
  try {
    return await new Promise((resolve, reject) => {
      session.on('error', reject)
      session.on('close', () => reject(new Error('it closed the connection')))
      session.on(tls ? 'secureConnect' : 'connect', () => {
        const fields = { system_id: systemId, password, system_type: systemType, interface_version: 0x34 }
        session.bind_transceiver(fields, ({ command_status }) => resolve(command_status))
      })
    })
  } finally {
    clearTimeout(timer)
    session.destroy()
  }
}

/** What it says to a question without a text differs; that it answers, and proves who it is, is all there is to see. */
async function checkGateway(subject: string, url: string): Promise<Finding> {
  const signal = AbortSignal.timeout(patienceMs)
  const { status } = await fetch(url, { method: 'HEAD', redirect: 'manual', signal })
  return ok(subject, `answers (${status}); whether it takes SMS_TOKEN is seen with the first text only.`)
}

/**
 * `npm run demo`: an installation on throw-away data with clients, their DNS zone and real SMTP letters. Shows what
 * happened to each, and stays up to be looked at.
 */
import { stopSignal } from '@podatelna/process'
import { type Desk, startDesk } from '../desk.ts'
import { freePorts } from '../world/ports.ts'
import { type Told, tell } from './story.ts'
import { table } from './table.ts'

const [smtp, http] = await freePorts(2)
const publicUrl = `http://localhost:${http}`
say('Starting an installation of its own, on data that is thrown away at the end…')
const desk = await startDesk({
  env: {
    SMTP_LISTEN: `127.0.0.1:${smtp}`,
    HTTP_LISTEN: `127.0.0.1:${http}`,
    PUBLIC_URL: publicUrl,
    // Captured: every notice can be read in the console, nothing leaves this machine.
    RELAY_URL: '',
  },
})
const told = await tell(desk)
say(table(told.map(({ letter, answer, became, ticket, notices }) => ({ letter, answer, became, ticket, notices }))))
say(whatNow(desk, told))
await stopSignal()
say('\nStopping, and throwing the data away.')
await desk.close()
process.exit(0)

function whatNow({ podatelna }: Desk, told: Told[]): string {
  const link = told.find((letter) => letter.link)?.link
  const { email, password } = podatelna.administrator ?? { email: '', password: '' }
  return `
Look at it:
  console    ${publicUrl}   (e-mail ${email}, password ${password})
  the API    ${publicUrl}/api/docs
  the held letter becomes a ticket when its author confirms it here:
             ${link}

Send a letter of your own; globex.sk is proved by the address it comes from, so this one opens a ticket:
  printf 'From: Martin <martin@globex.sk>\\nTo: support@desk.test\\nSubject: My first letter\\n\\nHello!\\n' \\
    | curl -sS --crlf smtp://127.0.0.1:${podatelna.smtpPort} --mail-from martin@globex.sk --mail-rcpt support@desk.test -T -

Ctrl-C ends the demo.`
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

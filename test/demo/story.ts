import { type Desk, type Received, support } from '../desk.ts'
import { companies } from '../world/companies.ts'
import { letter } from '../world/letters.ts'

/** What happened to one letter, in a line for a person. */
export type Told = {
  letter: string
  answer: string
  became: string
  ticket: string
  notices: string
  /** Where its author confirms it. */
  link?: string
}

/** Six letters, each by real SMTP, one after the other. */
export async function tell(desk: Desk): Promise<Told[]> {
  const { acme, proveless } = companies
  const [jana] = acme.people as [(typeof acme.people)[0]]
  const [karel] = proveless.people as [(typeof proveless.people)[0]]
  const told: Told[] = []
  const note = async (what: string, received: Received) => told.push(await describe(desk, what, received))

  const first = await desk.hearsFrom(acme, jana, { subject: 'Nejde nám VPN', text: 'Dobrý den,\n\nod rána nejde VPN.' })
  await note('Jana of acme.cz, signed by her company', first)

  await note(
    'Karel of proveless.cz, which publishes no proof',
    await desk.hearsFrom(proveless, karel, { subject: 'Nová pobočka', text: 'Dobrý den, otevíráme pobočku.' }),
  )

  const stranger = { from: 'Somebody <somebody@nowhere.test>', to: support, subject: 'Hello', text: 'Buy this' }
  await note('A stranger', await desk.receives(await letter(stranger), { from: 'somebody@nowhere.test', to: support }))

  const forged = { from: jana.as, to: support, subject: 'Change my password', text: 'At once, please.' }
  await note(
    'A forger, as Jana of acme.cz',
    await desk.receives(await letter(forged), { from: jana.email, to: support }),
  )

  const notice = await lastNoticeTo(desk, jana.email)
  const answering = { to: notice.replyTo, inReplyTo: notice.messageId, subject: `Re: ${notice.subject}` }
  await note(
    'Jana again, a reply to our notice',
    await desk.hearsFrom(acme, jana, { ...answering, text: 'Už to zase jde.' }),
  )

  const away = { headers: { 'Auto-Submitted': 'auto-replied' }, text: 'Jsem na dovolené.' }
  await note(
    "Jana's out-of-office, to the same notice",
    await desk.hearsFrom(acme, jana, { ...answering, ...away, subject: 'Automatická odpověď' }),
  )
  return told
}

async function describe(desk: Desk, letter: string, { code, text, mail }: Received): Promise<Told> {
  const notices = mail ? await noticesAbout(desk, mail.id) : []
  const source = notices.find((notice) => notice.kind === 'letter_held')?.source ?? ''
  const link = decode(source).match(/https?:\S+\/authorize\/[\w-]+/)?.[0]
  return {
    letter,
    answer: `${code} ${text.replace(/ as [0-9a-f-]{36}$/, '')}`,
    became: mail ? `${mail.disposition}: ${mail.reason}` : 'nothing is known of it',
    ticket: mail?.ticket_number ?? '',
    notices: notices.map(({ kind, to }) => `${kind} to ${to}`).join(', '),
    ...(link && { link }),
  }
}

type Notice = { id: string; kind: string; to: string; mail_id?: string; source: string }

/** What was sent because of one letter: its timeline names the deliveries. */
async function noticesAbout(desk: Desk, mailId: string): Promise<Notice[]> {
  const { items } = await desk.api<{ items: Notice[] }>('GET', '/api/deliveries?limit=200')
  const whole = await Promise.all(items.map(({ id }) => desk.api<Notice>('GET', `/api/deliveries/${id}`)))
  return whole.filter((notice) => notice.mail_id === mailId)
}

async function lastNoticeTo(desk: Desk, email: string) {
  const { items } = await desk.api('GET', '/api/deliveries?limit=200')
  const { source, subject } = await desk.api(
    'GET',
    `/api/deliveries/${items.find((item: Notice) => item.to === email).id}`,
  )
  const header = (name: string) => new RegExp(`^${name}:\\s*(.+(?:\\r?\\n\\s.+)*)`, 'im').exec(source)?.[1] ?? ''
  return { subject, replyTo: header('Reply-To'), messageId: header('Message-ID') }
}

/** Quoted-printable and base64 parts as text; enough to find a link. */
function decode(source: string): string {
  const bodies = source.split(/\r?\n\r?\n/).map((part) => {
    const dense = part.replace(/\s/g, '')
    return /^[A-Za-z0-9+/=]{60,}$/.test(dense) ? Buffer.from(dense, 'base64').toString() : part
  })
  return bodies
    .join('\n')
    .replace(/=\r?\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
}

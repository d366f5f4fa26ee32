import type { Podatelna } from './index.ts'

/** What a person sees when everything is up, and what to do next. */
export function welcome({ app, smtpPort, lmtpPort, httpPort, administrator }: Podatelna): string {
  const { settings } = app
  const lines = [
    '',
    'Podatelna is ready.',
    '',
    `  Letters   SMTP on ${settings.SMTP_LISTEN.host}:${smtpPort}`,
    ...(lmtpPort ? [`            LMTP on ${settings.LMTP_LISTEN?.host}:${lmtpPort}`] : []),
    `  Console   ${settings.PUBLIC_URL}  (listening on ${settings.HTTP_LISTEN.host}:${httpPort})`,
    `  API       ${settings.PUBLIC_URL}/api/docs`,
    `  Outgoing  ${settings.RELAY_URL.length > 0 ? `through ${settings.RELAY_URL.map(hostOf).join(', ')}` : 'captured: readable in the console, sent nowhere (set RELAY_URL to send)'}`,
    '',
    ...(administrator ? firstSteps(administrator) : ['  Sign in with your e-mail address and password.']),
    '  Ctrl-C stops it; everything is kept.',
    '',
    '',
  ]
  return lines.join('\n')
}

function firstSteps({ email, password }: { email: string; password: string }): string[] {
  return [
    '  First administrator, shown this once:',
    `    e-mail    ${email}`,
    `    password  ${password}`,
    '',
    '  Next: sign in, then add a mailbox, an organization and its contacts through the API,',
    '  or run "npm run demo" in another terminal to see a whole company at work.',
    '',
  ]
}

function hostOf(url: string): string {
  return new URL(url).host
}

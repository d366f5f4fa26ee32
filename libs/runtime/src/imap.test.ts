import { expect, test } from 'vitest'
import { readSettings } from './settings.ts'

test('port and folder have defaults, and signs in the URL are written with a percent', () => {
  const [account] = readSettings({ IMAP_URL: 'imaps://support%40desk.test:a%2Cb%2F%40@imap.desk.test' }).IMAP_URL
  expect(account).toEqual({
    ...{ host: 'imap.desk.test', port: 993, tls: 'from the start', folder: 'INBOX' },
    ...{ user: 'support@desk.test', password: 'a,b/@', name: 'support@desk.test@imap.desk.test:993/INBOX' },
  })
})

test('a password never goes over the network in the open', () => {
  const urls = ['imap://a:b@imap.desk.test:143/Help%20desk', 'imap://a:b@[2001:db8::1]', 'imap://a:b@127.0.0.1:1143']
  const accounts = readSettings({ IMAP_URL: urls.join(', ') }).IMAP_URL
  expect(accounts.map(({ host, tls, folder }) => [host, tls, folder])).toEqual([
    ['imap.desk.test', 'STARTTLS', 'Help desk'],
    ['2001:db8::1', 'STARTTLS', 'INBOX'],
    ['127.0.0.1', 'none', 'INBOX'],
  ])
})

test.each(['imap.desk.test', 'https://a:b@desk.test', 'imaps://a@desk.test', 'imaps://a:%zz@desk.test', 'imaps://'])(
  '%s is no mailbox',
  (url) => {
    expect(() => readSettings({ IMAP_URL: url })).toThrow(/IMAP_URL: is no list of URLs/)
  },
)

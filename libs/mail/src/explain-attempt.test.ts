import { expect, test } from 'vitest'
import { explainAttempt } from './explain-attempt.ts'

test.each([
  ['sent', '250 2.0.0 Ok: queued as 4XYZ', /took the letter/],
  ['captured', '', /sends nothing/],
  ['deferred', '451 4.7.1 Greylisting in action, please come back later', /greylisting.*tried again/],
  ['deferred', '450 4.2.0 <jana@acme.cz>: Recipient address rejected: Greylisted', /greylisting/],
  ['deferred', '452 4.2.2 The email account that you tried to reach is over quota', /mailbox of the recipient is full/],
  ['deferred', '421 4.3.2 Service shutting down', /busy, or about to stop/],
  ['deferred', '421-4.7.28 Gmail has detected an unusual rate of mail', /no more letters from us for the moment/],
  ['deferred', '452 4.3.1 Insufficient system storage', /no room left/],
  ['deferred', '451 4.0.0 Local error', /does not take the letter now/],
  ['deferred', '554 5.7.1 Go away', /relay does not accept us/],
  ['deferred', '535 5.7.8 Authentication credentials invalid', /relay does not accept us/],
  ['deferred', 'connect ECONNREFUSED 192.0.2.1:587', /relay cannot be reached/],
  ['deferred', 'getaddrinfo ENOTFOUND relay.acme.cz', /name of our relay cannot be found/],
  ['deferred', 'Greeting never received', /did not answer as a mail server/],
  ['deferred', 'Timeout', /fell silent/],
  ['deferred', 'Connection closed unexpectedly', /broke off/],
  ['deferred', 'No encrypted connection: 502 5.5.1 Unknown command', /No encrypted connection to our relay/],
  [
    'deferred',
    "No encrypted connection: Error initiating TLS - Hostname/IP does not match certificate's altnames: Host: relay.acme.cz.",
    /certificate of our relay is not valid/,
  ],
  ['failed', '550 5.1.1 <jan@acme.cz>: Recipient address rejected: User unknown', /no mailbox.*not tried again/],
  ['failed', '552 5.2.2 Mailbox full', /mailbox of the recipient is full.*not tried again/],
  ['failed', '550 5.2.1 The user you are trying to contact is disabled', /mailbox of the recipient is closed/],
  ['failed', '552 5.3.4 Message size exceeds fixed limit', /larger than the mail server takes/],
  ['failed', 'Message size larger than allowed 10485760', /larger than our relay takes/],
  ['failed', '550 5.7.26 Unauthenticated email from desk.test is not accepted due to DMARC policy', /does not believe/],
  ['failed', '554 5.7.1 Message rejected as spam', /source of spam/],
  ['failed', '550 5.7.1 Relaying denied', /does not pass on letters/],
  ['failed', '550 5.7.1 Not allowed', /by its rules/],
  ['failed', '553 5.6.7 SMTPUTF8 is required, but was not offered', /SMTPUTF8/],
  ['failed', '554 Transaction failed', /refused the letter.*not tried again/],
  ['failed', '451 4.7.1 Greylisted', /greylisting.*five days/],
  ['failed', 'connect ECONNREFUSED 192.0.2.1:587', /relay cannot be reached.*five days/],
  ['failed', 'This is no address that a letter can be sent to.', /Nothing can be sent to such an address/],
  ['bounced', '550 5.1.1 User unknown', /came back.*no mailbox/],
  ['bounced', 'The server does not say why.', /came back.*refused/],
  ['delayed', '4.4.1 Connection timed out', /goes on trying/],
  ['suppressed', 'The recipient is no longer an agent.', /^The recipient is no longer an agent\.$/],
  ['unclear', 'x', /does not say what became/],
  ['what nobody knows', '', /does not say what became/],
])('%s, %j', (outcome, smtp, said) => {
  expect(explainAttempt({ outcome, smtp })).toMatch(said)
})

test('whatever a server says, the explanation is a sentence of ours, at a cost of its length', () => {
  const began = performance.now()
  for (const word of ['4', '550 ', 'mailbox ', 'disk ', 'dns ', '5.7.1 <b>', 'certificate ']) {
    for (const outcome of ['deferred', 'failed', 'bounced']) {
      const said = explainAttempt({ outcome, smtp: `550 ${word.repeat(100_000 / word.length)}` })
      expect(said).toMatch(/^[A-Z][^<>]{10,250}\.$/)
    }
  }
  expect(performance.now() - began).toBeLessThan(1_000)
})

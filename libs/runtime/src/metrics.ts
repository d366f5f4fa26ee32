import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export type Metrics = ReturnType<typeof createMetrics>

/** All our metrics in one place, so that a dashboard's author finds them; one registry per process. */
export function createMetrics() {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  return {
    registry,
    letters: new Counter({
      name: 'podatelna_letters_total',
      help: 'Letters that reached DATA, by what became of them',
      labelNames: ['disposition'] as const,
      registers,
    }),
    imapLetters: new Counter({
      name: 'podatelna_imap_letters_total',
      help: 'Letters seen by IMAP: taken, later (to be tried again) or failed (left there, flagged), by account',
      labelNames: ['account', 'outcome'] as const,
      registers,
    }),
    imapConnected: new Gauge({
      name: 'podatelna_imap_connected',
      help: '1 while this process collects from the account; of several processes one does',
      labelNames: ['account'] as const,
      registers,
    }),
    turnedAway: new Counter({
      name: 'podatelna_turned_away_total',
      help: 'SMTP connections ended by a limit, by which one',
      labelNames: ['reason'] as const,
      registers,
    }),
    doorSeconds: new Histogram({
      name: 'podatelna_door_seconds',
      help: 'From the last byte of a letter to our answer',
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
    unread: new Counter({
      name: 'podatelna_unread_total',
      help: 'Letters of which only the beginning could be read, or nothing: deadline, memory, error, ended',
      labelNames: ['trouble'] as const,
      registers,
    }),
    scannerAway: new Gauge({
      name: 'podatelna_scanner_away',
      help: '1 while clamd does not answer and attachments wait for it',
      registers,
    }),
    events: new Counter({
      name: 'podatelna_events_total',
      help: 'Events handled, by consumer and outcome (done, retry, dead)',
      labelNames: ['consumer', 'outcome'] as const,
      registers,
    }),
    deliveries: new Counter({
      name: 'podatelna_deliveries_total',
      help: 'Attempts to hand over an outgoing letter, by outcome',
      labelNames: ['outcome'] as const,
      registers,
    }),
    templateFailures: new Counter({
      name: 'podatelna_template_failures_total',
      help: 'Letters for which the words of their mailbox could not be used, so that the built-in ones were sent, by kind',
      labelNames: ['kind'] as const,
      registers,
    }),
    texts: new Counter({
      name: 'podatelna_texts_total',
      help: 'Attempts to hand over a text message, by outcome',
      labelNames: ['outcome'] as const,
      registers,
    }),
    webhooks: new Counter({
      name: 'podatelna_webhooks_total',
      help: 'Attempts to tell a webhook of an event, by outcome',
      labelNames: ['outcome'] as const,
      registers,
    }),
    outbox: new Gauge({
      name: 'podatelna_outbox_overdue',
      help: 'Events committed but not yet taken by the transport when the sweeper last looked',
      registers,
    }),
  }
}

export { type Bus, type Consumer, openBus, type Outcome } from './bus.ts'
export { envelope, inboxInsert, outboxInsert } from './outbox.ts'

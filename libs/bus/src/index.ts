export { type Bus, type Consumer, type Outcome, openBus } from './bus.ts'
export { envelope, inboxInsert, inboxInserts, outboxFrom, outboxInsert } from './outbox.ts'
export { queueNames } from './rabbitmq.ts'

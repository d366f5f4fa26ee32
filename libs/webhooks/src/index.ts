/** Programs elsewhere that are told what happens to tickets: signed, tried again, never twice under two ids. */
export { toldEvent } from './attempts.ts'
export { messageOf, type Told } from './message.ts'
export { startWebhooks } from './post.ts'
export {
  changeWebhook,
  createWebhook,
  deleteWebhook,
  pingWebhook,
  renewSecret,
  replayDelivery,
  replayFailed,
  type Webhook,
} from './webhooks.ts'

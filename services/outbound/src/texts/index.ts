/** Text messages to telephones, beside mail, about what is urgent. */
import type { App, Service } from '@podatelna/process'
import type { Letterhead } from '../letterhead.ts'
import { type TextBudgets, textBudgetsOf } from './commit.ts'
import { httpProvider } from './http.ts'
import { type TextWriter, textWriter } from './plan.ts'
import { startTextPost } from './post.ts'
import type { Provider } from './provider.ts'
import { recordReceipt } from './receipts.ts'
import { smppProvider } from './smpp.ts'

export type Texts = Service & { write: TextWriter; budgets: TextBudgets }

/** Undefined without SMS_URL: then none is written. */
export function startTexts(app: App, letterhead: Letterhead): Texts | undefined {
  const provider = providerOf(app)
  if (!provider) return undefined
  const { store, log, metrics, settings } = app
  const post = startTextPost({ store, provider, timeZone: settings.TIME_ZONE, log, metrics })
  const write = textWriter(letterhead, provider.headerBytes)
  return { write, budgets: textBudgetsOf(settings), close: () => post.close() }
}

function providerOf({ settings, store, log }: App): Provider | undefined {
  const { SMS_URL: account, SMS_FROM: from } = settings
  if (!account) return undefined
  if (account.kind === 'http') return httpProvider({ ...settings, url: account.url })
  return smppProvider(account, { from, log, received: (receipt) => recordReceipt(store, receipt) })
}

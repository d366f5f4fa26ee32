import { type Logger, pino } from 'pino'
import type { Settings } from './settings.ts'

export type { Logger }

/**
 * One logger per process. Lines carry ids, never letter bodies, subjects, secrets or tokens; `redact` is the net under
 * that rule, not the rule.
 */
export function createLogger(service: string, settings: Pick<Settings, 'LOG_LEVEL' | 'LOG_FORMAT'>): Logger {
  const options = {
    base: { service },
    level: settings.LOG_LEVEL,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: ['password', 'token', '*.password', '*.token', 'authorization', '*.authorization', '*.cookie'],
  }
  if (settings.LOG_FORMAT === 'json') return pino(options)
  const target = { target: 'pino-pretty', options: { translateTime: 'SYS:HH:MM:ss', ignore: 'pid,hostname' } }
  return pino({ ...options, transport: target })
}

export { checkHealth, type Health, type HealthCheck, serveHealth } from './health.ts'
export { createLogger, type Logger } from './logger.ts'
export { createMetrics, type Metrics } from './metrics.ts'
export { BadSettings, describeSettings, type Listen, letterFolder, readSettings, type Settings } from './settings.ts'

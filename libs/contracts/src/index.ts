export * as api from './api/index.ts'
export * from './events.ts'
export * from './verdict.ts'
export * from './vocabulary.ts'

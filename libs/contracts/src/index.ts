export * from './events.ts'
export * from './verdict.ts'
export * from './vocabulary.ts'

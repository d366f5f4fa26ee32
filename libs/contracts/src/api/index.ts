/** Shapes of the HTTP API: what calls take and what they answer. Names on the wire are snake_case. */
export * from './agents.ts'
export * from './authorize.ts'
export * from './common.ts'
export * from './deliveries.ts'
export * from './directory.ts'
export * from './mail.ts'
export * from './problem.ts'
export * from './tickets.ts'

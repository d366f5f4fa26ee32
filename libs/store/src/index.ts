export { type EmbeddedDatabase, startEmbeddedDatabase } from './embedded.ts'
export { fileLetterStore, type LetterDraft, type LetterStore, rowLimit } from './letters.ts'
export { migrate, schemaScript } from './migrate.ts'
export { type Database, isDatabaseAway, newId, openStore, Prisma, type Queryable, type Store, within } from './store.ts'

export { bounceAddress, bounceTag, normalizeAddress, plusAddress, splitPlus } from './addresses.ts'
export { makeToken, numberAsUuid, readToken, type TokenKind, uuidAsNumber } from './tokens.ts'

import { createHash, randomBytes } from 'node:crypto'

/** 256 random bits, in characters that need no escaping in a cookie or a header. */
export const randomKey = (): string => randomBytes(32).toString('base64url')

/** What is stored of a key. A fast digest is enough: there is nothing to guess in 256 random bits. */
export const keyDigest = (key: string): Buffer => createHash('sha256').update(key).digest()

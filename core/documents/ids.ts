import { customAlphabet } from 'nanoid'

/** Eleven characters without look-alikes: short enough to be read over the telephone, 10^16 of them. */
export const newDocumentId = customAlphabet('23456789abcdefghjkmnpqrstuvwxyz', 11)

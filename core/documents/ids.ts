import { customAlphabet } from 'nanoid'

/** Eleven characters without look-alikes: short enough to be read over the telephone, 10^16 of them. */
export const newDocumentId = customAlphabet('23456789abcdefghjkmnpqrstuvwxyz', 11)

/** Seven characters, 10^12 of them: what software written for Pastell has room for. To be checked against those that exist. */
export const newShortDocumentId = customAlphabet('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', 7)

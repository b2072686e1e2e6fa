import type { Problem } from '../errors.ts'

/** A refusal in one text, for those who are told of many: what is wrong at each field, else what is particular to the case. */
export const sentenceOf = ({ message, detail, fields }: Problem): string =>
  fields && fields.length > 0 ? fields.map(field => field.message).join(' ') : (detail ?? message)

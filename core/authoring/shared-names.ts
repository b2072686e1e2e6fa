import type { FieldSpec } from './fields.ts'
import { isEmpty } from './values.ts'

/**
 * May two fields answer for one public name? When an agent gives the first by hand and the other, of the same kind, is what a step
 * computes when it does the work itself (the acknowledgement of an acte transmitted elsewhere, or by the hub).
 */
export const mayShareName = (first: FieldSpec, other: FieldSpec): boolean =>
  first.kind === other.kind && !first.options.computed && other.options.computed === true

/**
 * Full names of the fields that answer for a public name, in the order of the form; what is written under that name goes to the first.
 * None when nothing bears it.
 */
export const bearersOf = (fields: Readonly<Record<string, FieldSpec>>, name: string): readonly string[] => {
  const named = Object.entries(fields).filter(([, field]) => field.options.pastell === name)
  const [first] = named
  return named.filter(each => each === first || (first && mayShareName(first[1], each[1]))).map(([full]) => full)
}

/** Of those that answer for one name, the one to be read: the last that holds something, since what a step computed is the proof. */
export const holderAmong = <F>(bearers: readonly F[], valueOf: (bearer: F) => unknown): F | undefined =>
  bearers.findLast(bearer => !isEmpty(valueOf(bearer))) ?? bearers[0]

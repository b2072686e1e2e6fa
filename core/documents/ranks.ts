import type { FileRef } from '../authoring/values.ts'
import type { Document } from '../engine/model.ts'
import { filesHeld } from '../engine/inputs.ts'

/**
 * Programs written for Pastell number the files of a field themselves, and may leave gaps: a file sent as number 3 is asked for as
 * number 3. The numbers are kept beside the files only while there is a gap; otherwise they are their places.
 */

type Data = Document['data']

const keyOf = (field: string) => `${field}#rangs`

/** A key of `data` that holds no value of a field. */
export const isRanks = (key: string): boolean => key.endsWith('#rangs')

/** The number of each file of a field, ascending. */
export const ranksOf = (data: Data, field: string): readonly number[] => {
  const files = filesHeld(data[field])
  const kept = data[keyOf(field)] as readonly number[] | undefined
  // Somebody else added or removed a file since: the places count again.
  return kept?.length === files.length ? kept : files.map((_, place) => place)
}

const written = (field: string, ranks: readonly number[]): Data => ({
  [keyOf(field)]: ranks.every((rank, place) => rank === place) ? undefined : ranks,
})

/** The files of a field with this one at a rank, where it replaces any; at the end when no rank is given. */
export const withFile = (data: Data, field: string, file: FileRef, at: number | undefined): Data => {
  const files = filesHeld(data[field])
  const ranks = ranksOf(data, field)
  const rank = at ?? (ranks.at(-1) ?? -1) + 1
  if (ranks.includes(rank)) return { [field]: files.map((each, place) => (ranks[place] === rank ? file : each)) }
  const place = ranks.filter(each => each < rank).length
  return { [field]: files.toSpliced(place, 0, file), ...written(field, ranks.toSpliced(place, 0, rank)) }
}

/** The files of a field without the one at a place; those that follow take one rank less. */
export const withoutFile = (data: Data, field: string, place: number): Data => {
  const rest = filesHeld(data[field]).toSpliced(place, 1)
  const ranks = ranksOf(data, field).flatMap((rank, each) => (each === place ? [] : [each > place ? rank - 1 : rank]))
  return { [field]: rest.length > 0 ? rest : undefined, ...written(field, ranks) }
}

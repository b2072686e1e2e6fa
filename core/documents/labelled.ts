import type { FieldSpec } from '../authoring/fields.ts'
import { rowsIn } from '../authoring/rows.ts'
import type { Choice } from '../authoring/values.ts'
import { errors } from '../errors.ts'

/** Where a value is: `name` tells the field to ask the list of (`projets.theme`), `path` the place to complain at (`projets.0.theme`). */
interface Place {
  readonly name: string
  readonly path: string
}

/**
 * A program may give the code of a choice alone: the label comes from the list of the remote, in rows as elsewhere. `null` empties.
 * @param listOf the list of a field, by its full name; asked only when a code came alone
 * @throws errors.badInput when the code is not in the list
 */
export const labelled = async (
  field: FieldSpec,
  value: unknown,
  place: Place,
  listOf: (name: string) => Promise<readonly Choice[]>,
): Promise<unknown> => {
  if (value === null) return undefined
  // What is not a list of rows is left as it is, for the checks to refuse.
  if (field.kind === 'rows' && Array.isArray(value) && rowsIn(value).length === value.length)
    return labelledRows(field, rowsIn(value), place, listOf)
  if (field.kind !== 'remoteChoice' || typeof value !== 'string' || value === '') return value
  const found = (await listOf(place.name)).find(choice => choice.value === value)
  if (found) return { value: found.value, label: found.label }
  throw errors.badInput({
    fields: [
      {
        field: place.path,
        message: `« ${value} » n'est pas dans la liste de « ${field.label} » : prendre une valeur proposée.`,
        code: 'invalide',
      },
    ],
  })
}

const labelledRows = async (
  field: FieldSpec,
  rows: readonly Readonly<Record<string, unknown>>[],
  { name, path }: Place,
  listOf: (name: string) => Promise<readonly Choice[]>,
): Promise<readonly unknown[]> => {
  const done: unknown[] = []
  for (const [index, row] of rows.entries()) {
    const values: Record<string, unknown> = {}
    for (const [key, value] of Object.entries(row)) {
      const at = `${path}.${index}.${key}`
      const inner = key === 'enfants' && field.nested ? field : field.fields?.[key]
      const innerName = inner === field ? name : `${name}.${key}`
      const completed = inner ? await labelled(inner, value, { name: innerName, path: at }, listOf) : value
      if (completed !== undefined) values[key] = completed
    }
    done.push(values)
  }
  return done
}

import type { FieldSpec } from '../authoring/fields.ts'
import { rowsIn } from '../authoring/rows.ts'
import type { FileRef } from '../authoring/values.ts'
import { Problem, type FieldProblem } from '../errors.ts'
import { FileTooLargeError } from '../files/errors.ts'
import { cleanName } from '../files/names.ts'
import { isEmpty } from '../engine/inputs.ts'

/** What values may name instead of holding it: a waiting upload, or a file that the document has already. */
export interface FilesAtHand {
  /** Files of the document, in any field. */
  readonly held: readonly FileRef[]
  /** What is known of an upload before its file is made. @throws Problem when the caller has no such upload */
  announced(uploadId: string): Promise<{ readonly name: string; readonly length: number }>
  /** @throws Problem when it is not whole */
  fileOf(uploadId: string): Promise<FileRef>
}

export interface Resolved {
  readonly values: Readonly<Record<string, unknown>>
  /** Uploads that the values used. */
  readonly used: readonly string[]
  readonly problems: readonly FieldProblem[]
}

type Named = { readonly name?: unknown }

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const renamed = (file: FileRef, { name }: Named): FileRef => ({
  sha256: file.sha256,
  name: typeof name === 'string' && name !== '' ? cleanName(name) : file.name,
  size: file.size,
  type: file.type,
})

/**
 * Values with their files in full. `{ upload, name? }` takes a waiting upload, `{ sha256, name? }` a file that the document holds, under
 * a new name if there is one; in a list, in any order, and inside rows. Anything else would let whoever knows a digest read another
 * authority's file.
 */
export const withFiles = async (
  fields: Readonly<Record<string, FieldSpec>>,
  values: Readonly<Record<string, unknown>>,
  hand: FilesAtHand,
): Promise<Resolved> => {
  const used: string[] = []
  const problems: FieldProblem[] = []
  const refuse = (field: string, message: string) => void problems.push({ field, message, code: 'invalide' })

  const staged = async (field: FieldSpec, path: string, uploadId: string, named: Named): Promise<unknown> => {
    if (used.includes(uploadId))
      return refuse(path, 'Ce dépôt est employé deux fois : chaque dépôt ne sert qu’une fois.')
    try {
      const { name, length } = await hand.announced(uploadId)
      const { maxBytes } = field.options
      // Said before the file is put together.
      if (maxBytes !== undefined && length > maxBytes)
        return refuse(path, new FileTooLargeError(name, maxBytes).message)
      const file = await hand.fileOf(uploadId)
      used.push(uploadId)
      return renamed(file, named)
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      return refuse(path, error.detail ?? error.message)
    }
  }

  const one = (field: FieldSpec, path: string, value: unknown): unknown => {
    if (isEmpty(value)) return value
    if (isObject(value) && typeof value['upload'] === 'string') return staged(field, path, value['upload'], value)
    if (isObject(value) && typeof value['sha256'] === 'string') {
      const same = hand.held.filter(({ sha256 }) => sha256 === value['sha256'])
      const file = same.find(({ name }) => name === value['name']) ?? same[0]
      if (file) return renamed(file, value)
    }
    return refuse(
      path,
      'Ce fichier n’est pas dans le document : déposez-le d’abord (POST …/depots, puis {"upload": "…"}), ou par son adresse (PUT …/fichiers/champ).',
    )
  }

  const rows = async (field: FieldSpec, path: string, value: unknown): Promise<unknown> => {
    if (!Array.isArray(value) || rowsIn(value).length !== value.length) return value
    const done: unknown[] = []
    for (const [place, row] of rowsIn(value).entries()) {
      const below = `${path}.${place}`
      const enfants = row['enfants']
      done.push({
        ...(await all(field.fields ?? {}, row, `${below}.`)),
        ...(field.nested && enfants !== undefined ? { enfants: await rows(field, `${below}.enfants`, enfants) } : {}),
      })
    }
    return done
  }

  const resolve = async (field: FieldSpec, path: string, value: unknown): Promise<unknown> => {
    if (field.kind === 'rows') return rows(field, path, value)
    if (field.kind === 'file') return one(field, path, value)
    if (field.kind !== 'files' || isEmpty(value)) return value
    const list: unknown[] = []
    for (const each of [value].flat()) list.push(await one(field, path, each))
    return list
  }

  const all = async (
    specs: Readonly<Record<string, FieldSpec>>,
    given: Readonly<Record<string, unknown>>,
    prefix: string,
  ): Promise<Readonly<Record<string, unknown>>> => {
    const done: Record<string, unknown> = {}
    for (const [name, value] of Object.entries(given)) {
      const field = Object.hasOwn(specs, name) ? specs[name] : undefined
      done[name] = field ? await resolve(field, `${prefix}${name}`, value) : value
    }
    return done
  }

  return { values: await all(fields, values, ''), used, problems }
}

import { createHash } from 'node:crypto'
import { hashPassword } from '../access/passwords.ts'
import type { FieldSpec } from '../authoring/fields.ts'
import type { CompiledFlow, Document } from '../engine/model.ts'

type Values = Readonly<Record<string, unknown>>

const isSecret = (field: FieldSpec | undefined): boolean => field?.kind === 'secret'

/** Values that may leave the hub: a secret of a document is written and never read back. */
export const withoutSecrets = (fields: Readonly<Record<string, FieldSpec>>, values: Values): Values =>
  Object.fromEntries(Object.entries(values).filter(([name]) => !isSecret(fields[name])))

const isHashed = (value: string): boolean => value.startsWith('$argon2id$')

/**
 * The document as it is stored: what was typed in a secret field becomes a hash, whatever door it came in by. One salt per document, so that
 * a password and its confirmation can be compared.
 */
export const hashSecrets = async (flow: CompiledFlow, document: Document): Promise<Document> => {
  const clear = Object.entries(document.data).filter(
    (entry): entry is [string, string] =>
      isSecret(flow.fields[entry[0]]) && typeof entry[1] === 'string' && entry[1] !== '' && !isHashed(entry[1]),
  )
  if (clear.length === 0) return document
  const salt = createHash('sha256').update(`${document.entityId} ${document.id}`).digest().subarray(0, 16)
  const hashed = await Promise.all(
    clear.map(async ([name, value]) => [name, await hashPassword(value, { salt })] as const),
  )
  return { ...document, data: { ...document.data, ...Object.fromEntries(hashed) } }
}

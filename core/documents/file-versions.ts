import type { Db } from '../db/knex.ts'

/** A file that a document holds or held, in one of its fields. */
export interface FileVersion {
  readonly documentId: string
  readonly field: string
  readonly sha256: string
  readonly name: string
  readonly size: number
  readonly type: string
  readonly addedAt: Date
  /** `null` while it is there. */
  readonly replacedAt: Date | null
}

/**
 * Files of documents of an entity, by field then from the oldest.
 * @param which `held`: those that are there; `ever`: with those that were replaced or removed
 */
export const fileVersions = async (
  db: Db,
  { entityId, documentIds }: { readonly entityId: string; readonly documentIds: readonly string[] },
  which: 'held' | 'ever',
): Promise<readonly FileVersion[]> => {
  const rows = db('document_files')
    .where({ entityId })
    .whereIn('documentId', [...documentIds])
    .orderBy(['documentId', 'field', 'addedAt', 'name'])
  if (which === 'held') void rows.whereNull('replacedAt')
  const found = await rows.select<(Omit<FileVersion, 'size'> & { readonly size: string })[]>(
    'documentId',
    'field',
    'sha256',
    'name',
    'size',
    'type',
    'addedAt',
    'replacedAt',
  )
  return found.map(row => ({ ...row, size: Number(row.size) }))
}

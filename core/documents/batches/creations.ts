import type { Db, Transaction } from '../../db/knex.ts'
import type { CreationBatch, Item } from './model.ts'

/** Which lines already made a document: the memory that keeps the same file from making everything twice. */

const bytes = (digest: string) => Buffer.from(digest, 'hex')

/** The document that a line already made. */
export const creationOf = async (db: Db, entityId: string, digest: string): Promise<string | undefined> =>
  (
    await db('batch_creations')
      .where({ entityId, digest: bytes(digest) })
      .first<{ documentId: string } | undefined>('documentId')
  )?.documentId

/** Lines that could be created, but were already: told as such, with their document. */
export const alreadyCreated = async (
  db: Db,
  { entityId }: CreationBatch,
  items: readonly Item[],
): Promise<readonly Item[]> => {
  const digests = items.flatMap(({ content }) => (content ? [bytes(content.digest)] : []))
  const rows = await db('batch_creations')
    .where({ entityId })
    .whereIn('digest', digests)
    .select<{ digest: Buffer; documentId: string }[]>('digest', 'documentId')
  const known = new Map(rows.map(({ digest, documentId }) => [digest.toString('hex'), documentId]))
  return items.map(item => {
    const documentId = item.status === 'ready' && item.content ? known.get(item.content.digest) : undefined
    return documentId === undefined ? item : { ...item, status: 'known', documentId, message: ALREADY, content: null }
  })
}

export const ALREADY = 'Cette ligne a déjà créé un document : elle ne sera pas créée une seconde fois.'

/** The line was created by another batch meanwhile. */
export class AlreadyCreated extends Error {
  override readonly name = 'AlreadyCreated'
}

/** In the transaction of the document. @throws AlreadyCreated unless it may be created again */
export const rememberCreation = async (
  trx: Transaction,
  { entityId, task }: CreationBatch,
  digest: string,
  documentId: string,
): Promise<void> => {
  const insertion = trx('batch_creations')
    .insert({ entityId, digest: bytes(digest), documentId })
    .onConflict(['entityId', 'digest'])
  const kept = await (task.again ? insertion.merge() : insertion.ignore()).returning<unknown[]>('documentId')
  if (kept.length === 0) throw new AlreadyCreated(digest)
}

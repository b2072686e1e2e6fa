import { createHash, randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import type { Clock } from '../authoring/context.ts'
import type { FileRef } from '../authoring/values.ts'
import type { Db, Transaction } from '../db/knex.ts'
import { inTransaction } from '../db/unit-of-work.ts'
import { errors } from '../errors.ts'
import type { StoredFiles } from '../files/files.ts'
import { cleanName } from '../files/names.ts'
import { newDocumentId } from './ids.ts'
import { stretches } from './upload-stretches.ts'

/** Whose upload: another account's is as if it did not exist. */
export interface UploadOwner {
  readonly entityId: string
  readonly by: string
}

export interface Upload {
  readonly id: string
  readonly name: string
  /** Bytes announced. */
  readonly length: number
  /** Bytes kept: where to go on from. */
  readonly received: number
  readonly createdAt: Date
  /** 24 hours after the last bytes kept. */
  readonly expiresAt: Date
}

export type ChecksumAlgorithm = 'sha1' | 'sha256'

export interface Arriving {
  readonly content: Readable
  /** Where the bytes begin. */
  readonly offset: number
  /** Of these bytes: nothing of them is kept when it differs. */
  readonly checksum?: { readonly algorithm: ChecksumAlgorithm; readonly digest: Buffer } | undefined
}

/** Files that arrive in several times, wait a day, and are used once by a document of the same account and entity. */
export interface Uploads {
  create(owner: UploadOwner, announced: { readonly name: string; readonly length: number }): Promise<Upload>
  /** @throws errors.uploadNotFound: absent, expired, used, or somebody else's */
  get(owner: UploadOwner, id: string): Promise<Upload>
  /**
   * Keeps what arrives, as it arrives: a cut loses the last megabytes at most.
   * @throws errors.uploadMoved when it does not begin where the last bytes kept end, or when a later request took its place
   * @throws errors.uploadAltered for a checksum that differs
   */
  append(owner: UploadOwner, id: string, arriving: Arriving): Promise<Upload>
  remove(owner: UploadOwner, id: string): Promise<void>
  /** The whole file, in the store. @throws errors.uploadNotFound; errors.conflict while bytes are missing */
  fileOf(owner: UploadOwner, id: string): Promise<FileRef>
  /** In the transaction of what uses them: of two users at once, one goes through. */
  consume(trx: Transaction, owner: UploadOwner, ids: readonly string[]): Promise<void>
}

interface Row {
  readonly id: string
  readonly name: string
  readonly length: string
  readonly received: string
  readonly file: FileRef | null
  readonly createdAt: Date
  readonly expiresAt: Date
}

export const UPLOAD_LIFETIME = 24 * 3_600_000
/** Bytes between two marks: what a crash may lose. */
const STRETCH = 8 * 1_048_576
/** Uploads that one account may leave waiting in an entity. */
const MOST_WAITING = 500

const view = ({ id, name, length, received, createdAt, expiresAt }: Row): Upload => ({
  id,
  name,
  length: Number(length),
  received: Number(received),
  createdAt,
  expiresAt,
})

export const createUploads = ({
  db,
  files,
  clock,
}: {
  readonly db: Db
  readonly files: StoredFiles
  readonly clock: Clock
}): Uploads => {
  const own = (from: Db, { entityId, by }: UploadOwner, id: string) =>
    from('uploads').where({ entityId, userId: by, id }).where('expiresAt', '>', clock.now())

  const read = async (owner: UploadOwner, id: string): Promise<Row> => {
    const row = await own(db, owner, id).first<Row | undefined>()
    if (!row) throw errors.uploadNotFound()
    return row
  }

  const moved = async (owner: UploadOwner, id: string) => {
    const { received } = await read(owner, id)
    return errors.uploadMoved({
      detail: `Les octets gardés s'arrêtent à ${received} : demandez où reprendre (HEAD), puis repartez de là.`,
    })
  }

  /** One stretch of bytes, whole or not at all. @returns its size; `undefined` when another request took its place */
  const keep = async (
    owner: UploadOwner,
    id: string,
    { writer, at, content }: { readonly writer: string; readonly at: number; readonly content: AsyncIterable<Buffer> },
    isRight: () => boolean,
  ): Promise<number | undefined> => {
    const part = { entityId: owner.entityId, uploadId: id, name: randomUUID() }
    await db('upload_parts').insert({ ...part, position: at, createdAt: clock.now() })
    let kept = false
    try {
      const size = await files.parts.put(part.name, content)
      kept =
        size > 0 &&
        isRight() &&
        (await inTransaction(db, async trx => {
          const expiresAt = new Date(clock.now().getTime() + UPLOAD_LIFETIME)
          const marked = await own(trx, owner, id)
            .where({ writer, received: at })
            .update({ received: at + size, expiresAt })
          if (marked > 0) await trx('upload_parts').where(part).update({ size })
          return marked > 0
        }))
      return kept || size === 0 || !isRight() ? size : undefined
    } finally {
      if (!kept) await forgetParts(db, files, [part])
    }
  }

  return {
    async create(owner, { name, length }) {
      const { entityId, by: userId } = owner
      const waiting = await db('uploads').where({ userId, entityId }).limit(MOST_WAITING).select('id')
      if (waiting.length === MOST_WAITING)
        throw errors.conflict({
          detail: `Ce compte a déjà ${MOST_WAITING} dépôts en attente dans cette entité : employez-les ou supprimez-les.`,
        })
      const now = clock.now()
      const [row] = await db('uploads')
        .insert({
          entityId,
          userId,
          id: newDocumentId() + newDocumentId(),
          name: cleanName(name),
          length,
          createdAt: now,
          expiresAt: new Date(now.getTime() + UPLOAD_LIFETIME),
        })
        .returning<Row[]>('*')
      if (!row) throw new Error('an insertion returned nothing')
      return view(row)
    },

    get: async (owner, id) => view(await read(owner, id)),

    async append(owner, id, { content, offset, checksum }) {
      const writer = randomUUID()
      const { length } = view(await read(owner, id))
      const taken = await own(db, owner, id).where({ received: offset }).update({ writer })
      if (taken === 0) throw await moved(owner, id)
      const hash = checksum && createHash(checksum.algorithm)
      const arriving = stretches(content, {
        // What has a checksum is kept once it is known to be right, hence in one piece.
        size: checksum ? Infinity : STRETCH,
        most: length - offset,
        each: bytes => hash?.update(bytes),
      })
      let digest: Buffer | undefined
      const isRight = (): boolean => {
        if (!checksum || !hash) return true
        if (arriving.cut()) return false
        return (digest ??= hash.digest()).equals(checksum.digest)
      }
      let at = offset
      for (let stretch = arriving.next(); stretch; stretch = arriving.next()) {
        const size = await keep(owner, id, { writer, at, content: stretch }, isRight)
        if (size === undefined) throw await moved(owner, id)
        at += size
      }
      if (arriving.cut()) throw arriving.cut()
      if (!isRight()) throw errors.uploadAltered()
      if (arriving.tooMuch())
        throw errors.badRequest({
          detail: `Ce dépôt a été annoncé pour ${length} octets : il en est arrivé davantage.`,
        })
      return view(await read(owner, id))
    },

    async remove(owner, id) {
      const { entityId } = owner
      await read(owner, id)
      await own(db, owner, id).delete()
      const parts = await db('upload_parts').where({ entityId, uploadId: id }).select<Part[]>(PART)
      await forgetParts(db, files, parts)
    },

    async fileOf(owner, id) {
      const row = await read(owner, id)
      if (row.file) return row.file
      if (row.received !== row.length)
        throw errors.conflict({
          detail: `Le dépôt de « ${row.name} » n'est pas terminé : ${row.received} octets reçus sur ${row.length}.`,
        })
      const parts = await db('upload_parts')
        .where({ entityId: owner.entityId, uploadId: id })
        .whereNotNull('size')
        .orderBy('position')
        .select<{ name: string }[]>('name')
      async function* content() {
        for (const { name } of parts) yield* files.parts.open(name)
      }
      const file = await files.save(Readable.from(content(), { objectMode: false }), row.name)
      await own(db, owner, id).update({ file: JSON.stringify(file) })
      return file
    },

    async consume(trx, { entityId, by }, ids) {
      if (ids.length === 0) return
      const gone = await trx('uploads')
        .where({ entityId, userId: by })
        .whereIn('id', [...ids])
        .delete()
      if (gone !== ids.length) throw errors.uploadNotFound()
    },
  }
}

interface Part {
  readonly entityId: string
  readonly uploadId: string
  readonly name: string
}
const PART = ['entityId', 'uploadId', 'name'] as const

/** The bytes first: a line left behind is found again, bytes without a line are not. */
const forgetParts = async (db: Db, { parts: store }: Pick<StoredFiles, 'parts'>, parts: readonly Part[]) => {
  for (const part of parts) {
    await store.remove(part.name)
    await db('upload_parts').where(part).delete()
  }
}

/** Removes the uploads past their time, and the bytes of those that were used. Several processes may do it at once. */
export const forgetUploads = async (db: Db, files: Pick<StoredFiles, 'parts'>, now: Date): Promise<void> => {
  await db('uploads').where('expiresAt', '<=', now).delete()
  for (;;) {
    const left = await db('upload_parts as p')
      .whereNotExists(
        db('uploads as u').whereRaw('u.entity_id = p.entity_id and u.id = p.upload_id').select(db.raw('1')),
      )
      .limit(500)
      .select<Part[]>(PART.map(column => `p.${column}`))
    if (left.length === 0) return
    await forgetParts(db, files, left)
  }
}

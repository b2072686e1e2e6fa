import { createHash } from 'node:crypto'
import type { Db } from '../db/knex.ts'
import { errors } from '../errors.ts'

/** How long a key is remembered: longer than any program keeps trying. */
export const KEY_LIFETIME = 24 * 60 * 60_000

export interface Keyed {
  readonly userId: string
  readonly key: string
  /** Method, address and body: what the key stands for. */
  readonly request: string
  readonly now: Date
}

/** What is given again: the body, the headers that go with it, the status (answers kept by older versions do not have it). */
export interface KeptAnswer {
  readonly body: unknown
  readonly headers: Readonly<Record<string, string>>
  readonly status?: number
}

interface Row {
  readonly requestHash: Buffer
  /** `null` while there is no answer. */
  readonly answer: KeptAnswer | null
}

const hashOf = (request: string): Buffer => createHash('sha256').update(request).digest()

/** Reserves the key before anything is created: of two requests at once, one creates and the other is told to wait. */
const reserve = async (db: Db, { userId, key, request, now }: Keyed): Promise<Row['answer']> => {
  if (key.length > 128 || !/^[\x21-\x7e]+$/u.test(key))
    throw errors.badRequest({ detail: 'Idempotency-Key compte de 1 à 128 caractères ASCII, sans espace.' })
  const requestHash = hashOf(request)
  const reserved = await db('idempotency_keys')
    .insert({ userId, key, requestHash, createdAt: now })
    .onConflict(['userId', 'key'])
    .ignore()
    .returning<{ key: string }[]>('key')
  if (reserved.length > 0) return null
  const found = await db('idempotency_keys').where({ userId, key }).first<Row | undefined>('requestHash', 'answer')
  if (found && !found.requestHash.equals(requestHash)) throw errors.keyReused()
  if (!found?.answer) throw errors.keyPending()
  return found.answer
}

/**
 * Does `work` once under this key, and gives its answer again to whoever asks again. When `work` throws, nothing was created and the
 * key may serve for the next try.
 * @throws errors.keyReused for another request; errors.keyPending while the first one has given no answer. A process that died in the
 *   middle may have created: the key then stays refused until it is forgotten, so that nothing is ever created twice.
 */
export const onceUnderKey = async (
  db: Db,
  keyed: Keyed,
  work: () => Promise<KeptAnswer>,
): Promise<KeptAnswer & { readonly replayed: boolean }> => {
  const former = await reserve(db, keyed)
  if (former) return { ...former, replayed: true }
  const { userId, key } = keyed
  let answer: KeptAnswer
  try {
    answer = await work()
  } catch (error) {
    await db('idempotency_keys').where({ userId, key }).delete()
    throw error
  }
  await db('idempotency_keys')
    .where({ userId, key })
    .update({ answer: JSON.stringify(answer) })
  return { ...answer, replayed: false }
}

/** @returns how many keys were forgotten */
export const forgetOldKeys = async (db: Db, now: Date): Promise<number> =>
  db('idempotency_keys')
    .where('createdAt', '<', new Date(now.getTime() - KEY_LIFETIME))
    .delete()

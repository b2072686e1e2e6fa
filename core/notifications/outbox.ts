import type { Db, Transaction } from '../db/knex.ts'
import { inTransaction } from '../db/unit-of-work.ts'
import { groupBy } from './groups.ts'
import type { LateLetter, Letter, LetterRhythm, Notice } from './model.ts'

/** Notices gathered in one pass, hence the longest letter. */
const TOGETHER = 500

interface Waiting {
  readonly entityId: string
  readonly documentId: string
  readonly version: number
  readonly userId: string
  readonly rhythm: LetterRhythm
}

/**
 * Gathers what is due into letters: one per person and rhythm, so that a remote that fails for a thousand documents does not send
 * a thousand letters. From then on a letter is what it is, however many times it is tried.
 * @returns whether some are left for another pass
 */
export const gather = (db: Db, now: Date): Promise<boolean> =>
  inTransaction(db, async trx => {
    const due = await trx('notifications')
      .whereNull('letter_id')
      .where('due_at', '<=', now)
      .orderBy(['due_at', 'user_id'])
      .limit(TOGETHER)
      .forUpdate()
      .skipLocked()
      .select<Waiting[]>('entityId', 'documentId', 'version', 'userId', 'rhythm')
    const letters = groupBy(due, ({ userId, rhythm }) => `${userId} ${rhythm}`)
    for (const notices of letters.values()) await writeLetter(trx, notices, now)
    return due.length === TOGETHER
  })

const writeLetter = async (trx: Transaction, notices: readonly Waiting[], now: Date): Promise<void> => {
  const [first] = notices
  if (!first) return
  const { userId, rhythm } = first
  const [letter] = await trx('notification_letters')
    .insert({ userId, rhythm, createdAt: now, nextAt: now })
    .returning<{ id: string }[]>('id')
  await trx.raw(
    `update notifications n set letter_id = :letter
     from jsonb_to_recordset(:keys) as k("entityId" bigint, "documentId" text, version integer)
     where (n.entity_id, n.document_id, n.version, n.user_id) = (k."entityId", k."documentId", k.version, :userId)`,
    { letter: letter?.id ?? null, keys: JSON.stringify(notices), userId },
  )
}

/** Letters whose time has come, the oldest first. */
export const dueLetters = (db: Db, now: Date, limit: number): Promise<Letter[]> =>
  db('notification_letters')
    .whereNull('given_up_at')
    .where('next_at', '<=', now)
    .orderBy(['next_at', 'id'])
    .limit(limit)
    .select<Letter[]>('id', 'userId', 'rhythm', 'createdAt', 'tries')

export const noticesOf = (db: Db, letterId: string): Promise<Notice[]> =>
  db('notifications')
    .where('letter_id', letterId)
    .orderBy(['entity_id', 'flow_id', 'at', 'document_id'])
    .select<Notice[]>('entityId', 'documentId', 'version', 'flowId', 'title', 'stateLabel', 'message', 'at')

/** With its notices. */
export const removeLetter = (db: Db, id: string): Promise<number> => db('notification_letters').where({ id }).delete()

/** @param nextAt `undefined`: nobody will try again */
export const keepLetter = async (
  db: Db,
  { id, tries }: Letter,
  { error, nextAt, now }: { readonly error: string; readonly nextAt: Date | undefined; readonly now: Date },
): Promise<void> => {
  const fate = nextAt ? { nextAt } : { givenUpAt: now }
  await db('notification_letters')
    .where({ id })
    .update({ error, tries: tries + 1, ...fate })
}

/** The server does not answer: there is nothing to try for anybody before `nextAt`, and no reason to keep what is older than `since`. */
export const postponeAll = (
  db: Db,
  now: Date,
  { error, nextAt, since }: { readonly error: string; readonly nextAt: Date; readonly since: Date },
): Promise<number> =>
  db('notification_letters')
    .whereNull('given_up_at')
    .where('next_at', '<=', now)
    .update({
      error,
      nextAt,
      tries: db.raw('tries + 1'),
      givenUpAt: db.raw('case when created_at < ? then ?::timestamptz end', [since, now]),
    })

/** What has not left, the latest first: being tried again, or given up. `after`: identifier of the last one seen. */
export const lateLetters = (
  db: Db,
  { after, limit }: { readonly after: string | undefined; readonly limit: number },
): Promise<LateLetter[]> =>
  db('notification_letters as l')
    .join('users as u', 'u.id', 'l.user_id')
    .whereNotNull('l.error')
    .modify(query => {
      if (after !== undefined)
        void query.whereRaw(
          '(l.created_at, l.id) < (select created_at, id from notification_letters where id = ?::uuid)',
          [after],
        )
    })
    .orderBy([
      { column: 'l.created_at', order: 'desc' },
      { column: 'l.id', order: 'desc' },
    ])
    .limit(limit)
    .select<LateLetter[]>(
      'l.id',
      'l.userId',
      'l.rhythm',
      'l.createdAt',
      'l.tries',
      'l.error',
      'u.login',
      'u.email',
      db.raw('case when l.given_up_at is null then l.next_at end as "nextAt"'),
      db.raw('(select count(*)::integer from notifications n where n.letter_id = l.id) as notices'),
    )

/** Letters given up before that date. */
export const forgetLetters = (db: Db, before: Date): Promise<number> =>
  db('notification_letters').where('given_up_at', '<', before).delete()

/** Something is to be gathered or sent now. */
export const hasDueNotices = async (db: Db, now: Date): Promise<boolean> => {
  const { rows } = await db.raw<{ rows: { due: boolean }[] }>(
    `select exists (select from notifications where letter_id is null and due_at <= :now)
         or exists (select from notification_letters where given_up_at is null and next_at <= :now) as due`,
    { now },
  )
  return rows[0]?.due ?? false
}

import { Cron } from 'croner'
import type { Clock, Log } from '../authoring/context.ts'
import type { Db } from '../db/knex.ts'
import { inTransaction } from '../db/unit-of-work.ts'
import { backoff } from '../engine/backoff.ts'
import { visibleEntities } from '../entities/scope.ts'
import type { FlowRegistry } from '../flows/registry.ts'
import { appendJournal } from '../journal/append.ts'
import { enqueueNotifications } from '../jobs/queue.ts'
import { groupBy } from './groups.ts'
import { writeLetter } from './letter.ts'
import type { Mailer } from './mailer.ts'
import type { Letter, Notice } from './model.ts'
import { dueLetters, forgetLetters, gather, keepLetter, noticesOf, postponeAll, removeLetter } from './outbox.ts'

export interface Notifications {
  /** Writes and sends what is due: a few letters, then comes back. For the worker. */
  run(): Promise<void>
  /** Removes what was given up long ago. */
  forget(now: Date): Promise<void>
}

export interface NotificationDependencies {
  readonly db: Db
  readonly flows: Pick<FlowRegistry, 'current'>
  readonly clock: Clock
  readonly log: Log
  readonly publicUrl: string
  /** `undefined`: the platform has no mail server. */
  readonly mailer: Mailer | undefined
}

/** The next letter of the day, at that hour in France whatever the season. @param hour `07:00` */
export const digestAfter =
  (hour: string) =>
  (now: Date): Date => {
    const [hours = '7', minutes = '0'] = hour.split(':')
    const next = new Cron(`${Number(minutes)} ${Number(hours)} * * *`, { timezone: 'Europe/Paris' }).nextRun(now)
    if (!next) throw new Error(`« ${hour} » never comes`)
    return next
  }

/** Letters tried in one job: short enough for a process that stops. */
const AT_ONCE = 50
/** A mail server is put right within that time, or the news is old. */
const PATIENCE = 3 * 24 * 3_600_000
const KEPT = 30 * 24 * 3_600_000

export const createNotifications = ({
  db,
  flows,
  clock,
  log,
  publicUrl,
  mailer,
}: NotificationDependencies): Notifications => {
  /** What the person may still read: rights are those of this very moment. */
  const readable = async (userId: string, notices: readonly Notice[]): Promise<readonly Notice[]> => {
    const kept = new Set<Notice>()
    for (const [flowId, group] of groupBy(notices, notice => notice.flowId)) {
      const entities = await visibleEntities(db, { id: userId }, `${flowId}:lecture`)
        .whereIn('id', [...new Set(group.map(({ entityId }) => entityId))])
        .select('id')
      const seen = new Set(entities.map(({ id }) => id))
      for (const notice of group) if (seen.has(notice.entityId)) kept.add(notice)
    }
    return notices.filter(notice => kept.has(notice))
  }

  const namesOf = async (notices: readonly Notice[]): Promise<ReadonlyMap<string, string>> => {
    const rows = await db('entities')
      .whereIn('id', [...new Set(notices.map(({ entityId }) => entityId))])
      .select<{ id: string; name: string }[]>('id', 'name')
    return new Map(rows.map(({ id, name }) => [id, name]))
  }

  /**
   * The letter goes and the journal says so, together: on the document when there is one, in one line of the entity when there are several,
   * for the journal of an entity is locked meanwhile.
   */
  const close = (letter: Letter, notices: readonly Notice[], name: string, now: Date): Promise<void> =>
    inTransaction(db, async trx => {
      if ((await removeLetter(trx, letter.id)) === 0) return
      for (const [entityId, group] of groupBy(notices, notice => notice.entityId)) {
        const [first] = group
        const documentId = group.length === 1 ? first?.documentId : undefined
        const what = documentId === undefined ? `${group.length} documents` : first?.stateLabel
        const detail = { documents: group.map(each => each.documentId) }
        await appendJournal(trx, { entityId, documentId, at: now }, [
          { kind: 'message', event: 'notification', message: `Courriel à ${name} : ${what}`, by: undefined, detail },
        ])
      }
    })

  /** @returns whether the server answered */
  const post = async (letter: Letter, through: Mailer): Promise<boolean> => {
    const now = clock.now()
    const user = await db('users')
      .where({ id: letter.userId, enabled: true })
      .first<{ login: string; firstName: string; lastName: string; email: string | null } | undefined>()
    const written = user?.email ? await noticesOf(db, letter.id) : []
    const notices = letter.rhythm === 'personal' ? written : await readable(letter.userId, written)
    if (!user?.email || notices.length === 0) {
      await removeLetter(db, letter.id)
      return true
    }
    const names = await namesOf(notices)
    const mail = writeLetter({
      rhythm: letter.rhythm,
      notices,
      entityName: id => names.get(id) ?? id,
      flowLabel: id => flows.current(id)?.label ?? id,
      publicUrl,
      now: letter.createdAt,
    })
    const posted = await through.send({ id: letter.id, to: user.email, date: letter.createdAt, ...mail })
    if (posted.is === 'sent') {
      await close(letter, notices, `${user.firstName} ${user.lastName}`.trim() || user.login, now)
      return true
    }
    const nextAt = new Date(now.getTime() + backoff(letter.id, letter.tries + 1))
    const since = new Date(now.getTime() - PATIENCE)
    if (posted.is === 'unavailable') {
      log.warn({ reason: posted.reason }, 'notifications cannot leave')
      await postponeAll(db, now, { error: posted.reason, nextAt, since })
      return false
    }
    const final = posted.is === 'refused' || letter.createdAt < since
    await keepLetter(db, letter, { error: posted.reason, nextAt: final ? undefined : nextAt, now })
    return true
  }

  return {
    async run() {
      if (!mailer) return
      let more = await gather(db, clock.now())
      const letters = await dueLetters(db, clock.now(), AT_ONCE)
      for (const letter of letters) if (!(await post(letter, mailer))) return
      more ||= letters.length === AT_ONCE
      if (more) await enqueueNotifications(db, clock.now())
    },

    async forget(now) {
      await forgetLetters(db, new Date(now.getTime() - KEPT))
    },
  }
}

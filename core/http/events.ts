import { randomBytes } from 'node:crypto'
import type { Log } from '../authoring/context.ts'
import type { Listener } from '../db/notifications.ts'
import { DOCUMENTS_CHANNEL, type DocumentNotice } from '../documents/store.ts'

/** What happens to documents, for whoever shows them live. */
export interface DocumentEvents {
  /**
   * Follows the documents of one entity. `missed` is called when notices may have been lost: read again what is shown.
   * @param since position last heard: what came meanwhile is told again, or `missed` when it is not remembered any more
   * @returns how to stop
   */
  follow(entityId: string, follower: Follower, since?: string): () => void
}

export interface Follower {
  /** Where the following begins. A position means something to the process that gave it, and to no other. */
  began?(position: string): void
  moved(notice: DocumentNotice, position: string): void
  missed(position: string): void
}

/** Notices remembered for those who come back: a few minutes of a busy platform, one megabyte. */
const REMEMBERED = 5_000

/** One subscription to the database per process, shared by every page that is open. */
export const createDocumentEvents = ({
  listener,
  log,
}: {
  readonly listener: Pick<Listener, 'subscribe'>
  readonly log: Log
}): DocumentEvents => {
  const followers = new Map<string, Set<Follower>>()
  const own = randomBytes(6).toString('hex')
  const recent: { readonly rank: number; readonly notice: DocumentNotice }[] = []
  let last = 0
  /** Nothing is known any more of what came up to here. */
  let forgotten = 0
  const positionOf = (rank: number) => `${own}.${rank}`

  const remember = (notice: DocumentNotice): string => {
    recent.push({ rank: ++last, notice })
    if (recent.length > REMEMBERED) forgotten = recent.shift()?.rank ?? last
    return positionOf(last)
  }

  /** @returns `undefined` when something may have come that is not remembered */
  const after = (position: string) => {
    const [origin, rank = ''] = position.split('.')
    const known = origin === own && /^\d{1,15}$/u.test(rank) && Number(rank) >= forgotten && Number(rank) <= last
    return known ? recent.filter(each => each.rank > Number(rank)) : undefined
  }

  const catchUp = (entityId: string, follower: Follower, since: string): void => {
    const meanwhile = after(since)
    if (!meanwhile) return follower.missed(positionOf(last))
    for (const { rank, notice } of meanwhile) if (notice.entityId === entityId) follower.moved(notice, positionOf(rank))
  }

  listener.subscribe(DOCUMENTS_CHANNEL, {
    message(payload) {
      let notice: DocumentNotice
      try {
        notice = JSON.parse(payload) as DocumentNotice
      } catch (error) {
        log.warn({ error: String(error) }, 'Une notification de document est illisible ; elle est laissée de côté.')
        return
      }
      const position = remember(notice)
      for (const each of followers.get(notice.entityId) ?? []) each.moved(notice, position)
    },
    missed() {
      recent.length = 0
      // One more than any position given: whoever left before this is told to read again.
      forgotten = ++last
      for (const set of followers.values()) for (const each of set) each.missed(positionOf(last))
    },
  })
  return {
    follow(entityId, follower, since) {
      if (since === undefined) follower.began?.(positionOf(last))
      else catchUp(entityId, follower, since)
      const set = followers.get(entityId) ?? new Set()
      followers.set(entityId, set.add(follower))
      return () => {
        set.delete(follower)
        if (set.size === 0) followers.delete(entityId)
      }
    },
  }
}

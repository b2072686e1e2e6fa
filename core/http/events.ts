import type { Log } from '../authoring/context.ts'
import type { Listener } from '../db/notifications.ts'
import { DOCUMENTS_CHANNEL, type DocumentNotice } from '../documents/store.ts'

/** What happens to documents, for whoever shows them live. */
export interface DocumentEvents {
  /**
   * Follows the documents of one entity. `missed` is called when notices may have been lost: read again what is shown.
   * @returns how to stop
   */
  follow(entityId: string, follower: Follower): () => void
}

export interface Follower {
  moved(notice: DocumentNotice): void
  missed(): void
}

/** One subscription to the database per process, shared by every page that is open. */
export const createDocumentEvents = ({
  listener,
  log,
}: {
  readonly listener: Pick<Listener, 'subscribe'>
  readonly log: Log
}): DocumentEvents => {
  const followers = new Map<string, Set<Follower>>()
  listener.subscribe(DOCUMENTS_CHANNEL, {
    message(payload) {
      let notice: DocumentNotice
      try {
        notice = JSON.parse(payload) as DocumentNotice
      } catch (error) {
        log.warn({ error: String(error) }, 'Une notification de document est illisible ; elle est laissée de côté.')
        return
      }
      for (const each of followers.get(notice.entityId) ?? []) each.moved(notice)
    },
    missed() {
      for (const set of followers.values()) for (const each of set) each.missed()
    },
  })
  return {
    follow(entityId, follower) {
      const set = followers.get(entityId) ?? new Set()
      followers.set(entityId, set.add(follower))
      return () => {
        set.delete(follower)
        if (set.size === 0) followers.delete(entityId)
      }
    },
  }
}

import { onScopeDispose, ref, watch, type WatchSource } from 'vue'
import { api } from '../api/client.ts'
import { followEvents } from '../api/event-stream.ts'
import type { DocumentEvent } from '../api/types.ts'

export interface DocumentListener {
  readonly onDocument: (event: DocumentEvent) => void
  /** Events may have been missed (the stream broke): ask again for what is on screen. */
  readonly onBack: () => void
}

/** Follows what moves in an entity for as long as the component is shown. `down` while the stream is broken. */
export const useDocumentEvents = (entityId: WatchSource<string>, { onDocument, onBack }: DocumentListener) => {
  const down = ref(false)
  let stop: (() => void) | undefined
  watch(
    entityId,
    id => {
      stop?.()
      stop = followEvents(api.entities.events(id), {
        onEvent: ({ event, data }) => {
          if (event === 'document') onDocument(JSON.parse(data) as DocumentEvent)
          // The server lost some announcements itself: the same as if we had.
          if (event === 'relire') onBack()
        },
        onOpen: ({ again }) => {
          down.value = false
          if (again) onBack()
        },
        onDown: () => (down.value = true),
      })
    },
    { immediate: true },
  )
  onScopeDispose(() => stop?.())
  return { down }
}

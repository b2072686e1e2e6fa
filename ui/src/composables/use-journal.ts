import { ref, watch } from 'vue'
import { api } from '../api/client.ts'
import { ApiError } from '../api/errors.ts'
import type { JournalEntry } from '../api/types.ts'

/** The journal of a document, newest first; asked again from the top each time the version changes. */
export const useJournal = (entityId: () => string, documentId: () => string, version: () => number) => {
  const entries = ref<readonly JournalEntry[]>([])
  const next = ref<string | null>(null)
  const error = ref<ApiError>()
  const pending = ref(false)
  let turn = 0

  const ask = async (apres?: string): Promise<void> => {
    const mine = ++turn
    pending.value = true
    try {
      const page = await api.documents.journal(entityId(), documentId(), apres)
      if (mine !== turn) return
      error.value = undefined
      const known = entries.value
      const oldest = page.items.at(-1)?.seq ?? Infinity
      const newest = page.items[0]?.seq ?? -Infinity
      if (apres) {
        entries.value = [...known.filter(({ seq }) => seq > newest), ...page.items]
        next.value = page.next
        return
      }
      // Lines never change: what was already read below the first page stays, unless a gap would appear between them.
      const below = known.filter(({ seq }) => seq < oldest)
      const contiguous = known.some(({ seq }) => seq >= oldest)
      entries.value = contiguous ? [...page.items, ...below] : page.items
      if (below.length === 0 || !contiguous) next.value = page.next
    } catch (refusal) {
      if (!(refusal instanceof ApiError)) throw refusal
      if (mine === turn) error.value = refusal
    } finally {
      if (mine === turn) pending.value = false
    }
  }

  watch(documentId, () => {
    entries.value = []
    next.value = null
  })
  watch([documentId, version], () => void ask(), { immediate: true })
  return { entries, next, error, pending, refresh: () => ask(), more: () => ask(next.value ?? undefined) }
}

import { computed, ref, type Ref } from 'vue'
import { api } from '../api/client.ts'
import { ApiError } from '../api/errors.ts'
import type { DocumentView } from '../api/types.ts'
import { useDocumentEvents } from './use-document-events.ts'
import { useLoaded } from './use-loaded.ts'

export type PerformResult =
  | { readonly is: 'done' }
  | { readonly is: 'removed' }
  | { readonly is: 'leaving'; readonly url: string }
  | { readonly is: 'refused'; readonly error: ApiError }

/** A document to read and to act on, kept up to date as it moves. */
export const useDocument = (entityId: Ref<string>, documentId: Ref<string>) => {
  const loaded = useLoaded(
    () => [entityId.value, documentId.value] as const,
    ([entity, id]) => api.documents.get(entity, id),
  )
  const document = loaded.data
  const busy = ref(false)

  const take = (fresh: DocumentView) => {
    // An answer can be overtaken by the event that it caused: the highest version is the truth.
    if (!document.value || document.value.id !== fresh.id || fresh.version >= document.value.version)
      document.value = fresh
  }
  const refresh = () => void loaded.reload()

  const { down } = useDocumentEvents(entityId, {
    onDocument: event => {
      const shown = document.value
      if (shown && event.documentId === shown.id && event.version > shown.version) refresh()
    },
    onBack: refresh,
  })

  const perform = async (action: string): Promise<PerformResult> => {
    const shown = document.value
    if (!shown) return { is: 'done' }
    busy.value = true
    try {
      if (action === 'supprimer') {
        await api.documents.remove(shown.entityId, shown.id, shown.version)
        return { is: 'removed' }
      }
      if (shown.actions.find(each => each.name === action)?.opens)
        return { is: 'leaving', url: await api.documents.openPage(shown.entityId, shown.id, action, shown.version) }
      take(await api.documents.perform(shown.entityId, shown.id, action, shown.version))
      return { is: 'done' }
    } catch (refusal) {
      if (!(refusal instanceof ApiError)) throw refusal
      if (refusal.code === 'document_deja_modifie') await loaded.reload()
      return { is: 'refused', error: refusal }
    } finally {
      busy.value = false
    }
  }

  const canEdit = computed(() =>
    Boolean(document.value?.pages.some(page => page.fields.some(field => field.editable && !field.computed))),
  )
  return { document, error: loaded.error, reload: loaded.reload, busy, down, perform, canEdit }
}

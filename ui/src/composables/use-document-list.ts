import { onScopeDispose, ref, watch, type Ref } from 'vue'
import { api, type DocumentQuery } from '../api/client.ts'
import { ApiError } from '../api/errors.ts'
import { isAbort } from '../api/http.ts'
import type { DocumentSummary } from '../api/types.ts'
import { useDocumentEvents } from './use-document-events.ts'

const PAGE = 50
/** Events of a burst are gathered for this long (milliseconds) before asking anything. */
const GATHER = 400

/** The documents of an entity that match some criteria, page by page, kept up to date as they move. */
export const useDocumentList = (entityId: Ref<string>, criteria: Ref<DocumentQuery>) => {
  const items = ref<readonly DocumentSummary[]>([])
  const next = ref<string | null>(null)
  const error = ref<ApiError>()
  const pending = ref(false)
  const loaded = ref(false)
  let question = new AbortController()

  const ask = async (apres?: string): Promise<void> => {
    question.abort()
    question = new AbortController()
    const { signal } = question
    pending.value = true
    try {
      const query = { ...criteria.value, limite: PAGE, ...(apres ? { apres } : {}) }
      const page = await api.documents.list(entityId.value, query, signal)
      items.value = apres ? withoutDoubles([...items.value, ...page.items]) : page.items
      next.value = page.next
      error.value = undefined
      loaded.value = true
    } catch (refusal) {
      if (isAbort(refusal)) return
      if (!(refusal instanceof ApiError)) throw refusal
      error.value = refusal
    } finally {
      if (!signal.aborted) pending.value = false
    }
  }

  watch([entityId, criteria], () => void ask(), { immediate: true })

  const moved = new Set<string>()
  let timer: ReturnType<typeof setTimeout> | undefined
  const refresh = async (): Promise<void> => {
    const changed = [...moved]
    moved.clear()
    const entity = entityId.value
    const wanted = criteria.value
    const top = await api.documents.list(entity, { ...wanted, limite: PAGE })
    const beyond = items.value.filter(({ id }) => changed.includes(id) && !top.items.some(fresh => fresh.id === id))
    const fresh = new Map<string, DocumentSummary | undefined>()
    for (const { id } of beyond) fresh.set(id, await stillThere(entity, id))
    if (entity !== entityId.value || wanted !== criteria.value) return
    const longer = items.value.length > top.items.length
    items.value = longer ? merged(items.value, top.items, fresh) : top.items
    if (!longer) next.value = top.next
  }
  const soon = () => {
    timer ??= setTimeout(() => {
      timer = undefined
      refresh().catch((refusal: unknown) => {
        if (!(refusal instanceof ApiError)) throw refusal
        error.value = refusal
      })
    }, GATHER)
  }
  onScopeDispose(() => {
    clearTimeout(timer)
    question.abort()
  })

  const { down } = useDocumentEvents(entityId, {
    onDocument: ({ documentId }) => {
      moved.add(documentId)
      soon()
    },
    onBack: soon,
  })

  return {
    items,
    next,
    error,
    pending,
    loaded,
    down,
    more: () => (next.value === null ? Promise.resolve() : ask(next.value)),
    reload: () => ask(),
  }
}

const withoutDoubles = (list: readonly DocumentSummary[]): readonly DocumentSummary[] => [
  ...new Map(list.map(document => [document.id, document])).values(),
]

/** The document as it is now, `undefined` once it is deleted. */
const stillThere = async (entityId: string, id: string): Promise<DocumentSummary | undefined> => {
  try {
    return await api.documents.get(entityId, id)
  } catch (refusal) {
    if (refusal instanceof ApiError && refusal.status === 404) return undefined
    throw refusal
  }
}

/**
 * The freshest row wins; new documents come on top, as the server orders them.
 * @param others rows asked again one by one; `undefined` for those that are deleted
 */
export const merged = (
  shown: readonly DocumentSummary[],
  top: readonly DocumentSummary[],
  others: ReadonlyMap<string, DocumentSummary | undefined>,
): readonly DocumentSummary[] => {
  const inTop = new Set(top.map(({ id }) => id))
  const rest = shown
    .filter(({ id }) => !inTop.has(id))
    .map(document => (others.has(document.id) ? others.get(document.id) : document))
  return [...top, ...rest.filter(document => document !== undefined)]
}

import { computed, ref, watch, type WatchSource } from 'vue'
import { useFeedback } from './use-feedback.ts'
import { useLoaded } from './use-loaded.ts'

interface Page {
  readonly items: readonly unknown[]
  /** What to give to get the page after; `null` on the last one. */
  readonly next: string | null
}

/**
 * A list that the server gives page by page, asked again each time its key changes. `data` is the first page, `items` all those shown.
 * @param ask `after`: the `next` of the page before
 */
export const usePages = <K, P extends Page>(key: WatchSource<K>, ask: (key: K, after?: string) => Promise<P>) => {
  type Item = P['items'][number]
  const { report } = useFeedback()
  const asked = ref() as { value: K }
  const { data, error, reload } = useLoaded(key, (wanted: K) => {
    asked.value = wanted
    return ask(wanted)
  })
  const beyond = ref([]) as { value: readonly Item[] }
  const next = ref<string | null>(null)
  watch(data, page => {
    beyond.value = []
    next.value = page?.next ?? null
  })
  const more = () =>
    report(async () => {
      const first = data.value
      const page = await ask(asked.value, next.value ?? undefined)
      // Another list has come meanwhile: this page is not its own.
      if (data.value !== first) return
      beyond.value = [...beyond.value, ...page.items]
      next.value = page.next
    })
  return {
    data,
    error,
    reload,
    next,
    more,
    items: computed((): readonly Item[] => [...(data.value?.items ?? []), ...beyond.value]),
  }
}

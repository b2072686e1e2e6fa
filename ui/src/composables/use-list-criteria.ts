import { computed, ref, watch, onScopeDispose } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import type { DocumentQuery } from '../api/client.ts'

/** Milliseconds without a key before the search starts. */
const DEBOUNCE = 300

const one = (value: unknown): string => (typeof value === 'string' ? value : '')

/** The criteria of the list live in the address: they can be bookmarked, shared, and survive « back ». */
export const useListCriteria = () => {
  const route = useRoute()
  const router = useRouter()
  const flow = computed(() => one(route.query['flux']))
  const state = computed(() => one(route.query['etat']))
  const search = computed(() => one(route.query['q']))
  const typed = ref(search.value)

  const go = (change: Readonly<Record<string, string>>) => {
    const query = { q: search.value, flux: flow.value, etat: state.value, ...change }
    const kept = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== ''))
    return router.replace({ query: kept })
  }

  let timer: ReturnType<typeof setTimeout> | undefined
  watch(typed, text => {
    clearTimeout(timer)
    if (text.trim() !== search.value) timer = setTimeout(() => void go({ q: text.trim() }), DEBOUNCE)
  })
  watch(search, text => {
    if (text !== typed.value.trim()) typed.value = text
  })
  onScopeDispose(() => clearTimeout(timer))

  const criteria = computed<DocumentQuery>(() => ({
    ...(search.value ? { q: search.value } : {}),
    ...(flow.value ? { flux: flow.value } : {}),
    ...(state.value ? { etat: state.value } : {}),
  }))
  const filtered = computed(() => Object.keys(criteria.value).length > 0)
  return {
    criteria,
    filtered,
    typed,
    flow,
    state,
    /** The states belong to a flow: choosing another one forgets the state. */
    setFlow: (id: string) => go({ flux: id, etat: '' }),
    setState: (name: string) => go({ etat: name }),
    clear: () => {
      typed.value = ''
      return go({ q: '', flux: '', etat: '' })
    },
  }
}

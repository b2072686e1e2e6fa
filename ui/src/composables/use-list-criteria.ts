import { computed, onScopeDispose, ref, watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import type { DocumentSearch } from '../api/client.ts'

/** Milliseconds without a key before the search starts. */
const DEBOUNCE = 300

/** Said the same way to the server. */
const PLAIN = ['q', 'flux', 'etat', 'sorte'] as const
/** Days of the address, both included: the instants between which the server looks. */
const DAYS = { du: 'creeDepuis', au: 'creeAvant', etatDu: 'etatDepuis', etatAu: 'etatAvant' } as const
const INCLUDED: readonly string[] = ['au', 'etatAu'] satisfies readonly (keyof typeof DAYS)[]
/** Before the full name of an indexed field. */
export const FIELD = 'champ.'

/** What the address says; a criterion that is not there is not asked for. */
export type Criteria = Readonly<Record<string, string>>

const isCriterion = (name: string): boolean =>
  PLAIN.some(each => each === name) || name in DAYS || name.startsWith(FIELD)

/** The instant at which a day begins here, or the one after it. */
const startOf = (day: string, after: number): string | undefined => {
  const date = new Date(`${day}T00:00:00`)
  date.setDate(date.getDate() + after)
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString()
}

/** What is asked of the server for what the address says. */
export const searchOf = (criteria: Criteria): DocumentSearch =>
  Object.fromEntries(
    Object.entries(criteria).flatMap(([name, value]) => {
      if (!(name in DAYS)) return [[name, value]]
      const instant = startOf(value, INCLUDED.includes(name) ? 1 : 0)
      return instant === undefined ? [] : [[DAYS[name as keyof typeof DAYS], instant]]
    }),
  )

/** The criteria of the list live in the address: they can be bookmarked, shared, and survive « back ». */
export const useListCriteria = () => {
  const route = useRoute()
  const router = useRouter()
  const given = computed<Criteria>(() =>
    Object.fromEntries(
      Object.entries(route.query).flatMap(([name, value]) =>
        isCriterion(name) && typeof value === 'string' && value !== '' ? [[name, value]] : [],
      ),
    ),
  )
  const search = computed(() => given.value['q'] ?? '')
  const typed = ref(search.value)

  const go = (criteria: Criteria) =>
    router.replace({ query: Object.fromEntries(Object.entries(criteria).filter(([, value]) => value !== '')) })
  /** An empty text forgets a criterion. States and fields belong to a flow: choosing another one forgets them. */
  const set = (change: Criteria) => {
    const kept = Object.entries(given.value).filter(([name]) => name !== 'etat' && !name.startsWith(FIELD))
    return go({ ...('flux' in change ? Object.fromEntries(kept) : given.value), ...change })
  }

  let timer: ReturnType<typeof setTimeout> | undefined
  watch(typed, text => {
    clearTimeout(timer)
    if (text.trim() !== search.value) timer = setTimeout(() => void set({ q: text.trim() }), DEBOUNCE)
  })
  watch(search, text => {
    if (text !== typed.value.trim()) typed.value = text
  })
  onScopeDispose(() => clearTimeout(timer))

  const filtered = computed(() => Object.keys(given.value).length > 0)
  return {
    given,
    /** As the server takes them. */
    criteria: computed(() => searchOf(given.value)),
    filtered,
    typed,
    set,
    clear: () => {
      typed.value = ''
      return go({})
    },
  }
}

import { onScopeDispose, ref, watch, type Ref, type WatchSource } from 'vue'
import { ApiError } from '../api/errors.ts'

export interface Loaded<T> {
  readonly data: Ref<T | undefined>
  readonly error: Ref<ApiError | undefined>
  readonly pending: Ref<boolean>
  readonly reload: () => Promise<void>
}

/**
 * Something asked to the server again each time its key changes. A late answer to a former question is dropped.
 * Only refusals of the server are kept in `error`; a fault of ours goes on to the page of unexpected errors.
 */
export const useLoaded = <K, T>(key: WatchSource<K>, ask: (key: K) => Promise<T>): Loaded<T> => {
  const data = ref() as Ref<T | undefined>
  const error = ref<ApiError>()
  const pending = ref(false)
  let turn = 0
  let last: K | undefined

  const load = async (value: K): Promise<void> => {
    const mine = ++turn
    pending.value = true
    try {
      const answer = await ask(value)
      if (mine !== turn) return
      data.value = answer
      error.value = undefined
    } catch (refusal) {
      if (mine !== turn) return
      if (!(refusal instanceof ApiError)) throw refusal
      error.value = refusal
    } finally {
      if (mine === turn) pending.value = false
    }
  }

  watch(
    key,
    (value, before) => {
      last = value
      // Another thing is asked for: what is on screen is no longer the answer.
      if (before !== undefined) data.value = undefined
      void load(value)
    },
    { immediate: true },
  )
  onScopeDispose(() => (turn += 1))
  return { data, error, pending, reload: () => load(last as K) }
}

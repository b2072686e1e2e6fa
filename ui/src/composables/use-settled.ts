import { onScopeDispose, ref, watch, type Ref } from 'vue'

/** A value once it has not changed for a while: what is typed is not asked to the server letter by letter. */
export const useSettled = (source: () => string, milliseconds: number): Readonly<Ref<string>> => {
  const settled = ref(source())
  let timer: ReturnType<typeof setTimeout> | undefined
  watch(source, value => {
    clearTimeout(timer)
    timer = setTimeout(() => (settled.value = value), milliseconds)
  })
  onScopeDispose(() => clearTimeout(timer))
  return settled
}

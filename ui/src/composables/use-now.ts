import { onScopeDispose, readonly, ref, type Ref } from 'vue'

const now = ref(new Date())
let readers = 0
let timer: ReturnType<typeof setInterval> | undefined

/** The present instant, refreshed twice a minute for everything on screen at once. */
export const useNow = (): Readonly<Ref<Date>> => {
  readers += 1
  timer ??= setInterval(() => (now.value = new Date()), 30_000)
  now.value = new Date()
  onScopeDispose(() => {
    readers -= 1
    if (readers > 0) return
    clearInterval(timer)
    timer = undefined
  })
  return readonly(now) as Readonly<Ref<Date>>
}

import { onScopeDispose, ref } from 'vue'
import { onBeforeRouteLeave, useRouter, type RouteLocationNormalized } from 'vue-router'

/**
 * Keeps what was typed from being lost: asks before another page of the application, and lets the browser ask before
 * the tab closes.
 */
export const useLeaveGuard = (unsaved: () => boolean) => {
  const router = useRouter()
  const asking = ref(false)
  let target: RouteLocationNormalized | undefined
  let decided = false

  onBeforeRouteLeave(to => {
    if (decided || !unsaved()) return true
    target = to
    asking.value = true
    return false
  })

  const beforeUnload = (event: BeforeUnloadEvent) => {
    if (unsaved()) event.preventDefault()
  }
  window.addEventListener('beforeunload', beforeUnload)
  onScopeDispose(() => window.removeEventListener('beforeunload', beforeUnload))

  const leave = async () => {
    decided = true
    if (target) await router.push(target.fullPath)
  }
  return { asking, leave }
}

import { computed, onScopeDispose, ref, watch, type Ref } from 'vue'
import { batches, type Batch, type BatchLine, type LineStatus } from '../api/batches.ts'
import { ApiError } from '../api/errors.ts'

/** Milliseconds between two looks at a batch that moves. */
const PACE = 1_500

export const isMoving = ({ stage }: Pick<Batch, 'stage'>): boolean => stage === 'examining' || stage === 'running'

/** A batch and its lines, looked at again for as long as it moves. */
export const useBatch = (entityId: Ref<string>, id: Ref<string>) => {
  const batch = ref<Batch>()
  const lines = ref<readonly BatchLine[]>([])
  const next = ref<number | null>(null)
  const status = ref<LineStatus>()
  const error = ref<ApiError>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let turn = 0

  const look = async (): Promise<void> => {
    clearTimeout(timer)
    const mine = ++turn
    try {
      const seen = await batches.get(entityId.value, id.value)
      const page = await batches.lines(entityId.value, id.value, 0, status.value)
      if (mine !== turn) return
      batch.value = seen
      lines.value = page.items
      next.value = page.next
      error.value = undefined
      if (isMoving(seen)) timer = setTimeout(() => void look(), PACE)
    } catch (refusal) {
      if (!(refusal instanceof ApiError)) throw refusal
      if (mine === turn) error.value = refusal
    }
  }
  const more = async (): Promise<void> => {
    if (next.value === null) return
    const page = await batches.lines(entityId.value, id.value, next.value, status.value)
    lines.value = [...lines.value, ...page.items]
    next.value = page.next
  }

  watch([entityId, id, status], () => void look(), { immediate: true })
  onScopeDispose(() => {
    turn += 1
    clearTimeout(timer)
  })

  /** Lines over, from 0 to 100. */
  const progress = computed(() => {
    const { total, counts } = batch.value ?? { total: 0, counts: {} }
    return total === 0 ? 0 : Math.round((100 * (total - (counts.todo ?? 0))) / total)
  })
  return { batch, lines, next, status, error, progress, look, more }
}

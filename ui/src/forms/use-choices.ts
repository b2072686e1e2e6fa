import { computed, onScopeDispose, ref, watch } from 'vue'
import { ApiError } from '../api/errors.ts'
import type { Choice, Choices, FieldView } from '../api/types.ts'
import { useForm } from './context.ts'
import { choicesOf } from './rows.ts'
import { isEmpty } from './values.ts'

/** Milliseconds without a change before a list that depends on another field is asked again. */
const SETTLED = 200

/**
 * The list of a remote for a field, asked again when a value that it depends on changes on screen, saved or not.
 * `missing` names the fields without a value, without which there is no list to ask for.
 */
export const useChoices = (field: FieldView) => {
  const { choices: ask, values, labelOf } = useForm()
  const list = ref<Choices>()
  const error = ref<ApiError>()
  const pending = ref(false)
  const by = field.by ?? []
  let turn = 0

  const missing = computed(() => by.filter(name => isEmpty(values.value[name])).map(labelOf))

  const load = async (): Promise<void> => {
    const mine = ++turn
    if (!ask || missing.value.length > 0) {
      list.value = undefined
      pending.value = false
      return
    }
    pending.value = true
    try {
      const answer = await ask(choicesOf(field.name), Object.fromEntries(by.map(name => [name, values.value[name]])))
      if (mine !== turn) return
      list.value = answer
      error.value = undefined
    } catch (refusal) {
      if (!(refusal instanceof ApiError)) throw refusal
      if (mine !== turn) return
      list.value = undefined
      error.value = refusal
    } finally {
      if (mine === turn) pending.value = false
    }
  }

  let timer: ReturnType<typeof setTimeout> | undefined
  void load()
  watch(
    () => JSON.stringify(by.map(name => values.value[name] ?? null)),
    () => {
      clearTimeout(timer)
      timer = setTimeout(() => void load(), SETTLED)
    },
  )
  onScopeDispose(() => {
    clearTimeout(timer)
    turn += 1
  })

  /** The list, with what was chosen another day: it stays on screen even if the remote no longer lists it. */
  const withHeld = (held: Choice | undefined): readonly Choice[] => {
    const listed = list.value?.choices ?? []
    return held && !listed.some(choice => choice.value === held.value) ? [held, ...listed] : listed
  }
  /** Among the values held, those that the list of the day does not have: the remote would refuse them. */
  const gone = (held: readonly Choice[]): readonly string[] => {
    const listed = list.value?.choices
    if (!listed || pending.value) return []
    return [
      ...new Set(held.filter(each => !listed.some(({ value }) => value === each.value)).map(({ label }) => label)),
    ]
  }
  return { missing, list, error, pending, load, withHeld, gone }
}

import { computed, ref, watch } from 'vue'
import { ApiError } from '../api/errors.ts'
import type { Choices, FieldView } from '../api/types.ts'
import { useForm } from './context.ts'
import { isEmpty, same } from './values.ts'

/**
 * The list of a remote for a field, asked again when a saved value that it depends on changes.
 * `outdated` names the fields whose new value is not saved yet: the list on screen does not know them; `missing` those
 * without a value, without which there is no list to ask for.
 */
export const useChoices = (field: FieldView) => {
  const { choices: ask, saved, values, labelOf } = useForm()
  const list = ref<Choices>()
  const error = ref<ApiError>()
  const pending = ref(false)
  const by = field.by ?? []

  const load = async (): Promise<void> => {
    if (!ask || by.some(name => isEmpty(saved.value[name]))) return
    pending.value = true
    try {
      list.value = await ask(field.name)
      error.value = undefined
    } catch (refusal) {
      if (!(refusal instanceof ApiError)) throw refusal
      list.value = undefined
      error.value = refusal
    } finally {
      pending.value = false
    }
  }

  watch(
    () => JSON.stringify(by.map(name => saved.value[name] ?? null)),
    () => void load(),
    { immediate: true },
  )
  const outdated = computed(() => by.filter(name => !same(values.value[name], saved.value[name])).map(labelOf))
  const missing = computed(() => by.filter(name => isEmpty(values.value[name])).map(labelOf))
  return { missing, list, error, pending, outdated, load }
}

import { computed, ref } from 'vue'
import { ApiError } from '../api/errors.ts'
import type { ConnectorType, PageView, Problem, Values } from '../api/types.ts'
import { checkAll } from '../forms/check.ts'
import { labelIn } from '../forms/rows.ts'
import { isEmpty, same } from '../forms/values.ts'

/** The server says `config.url` for a setting, and `label` or `polling` for what every connector has. */
const nameOnScreen = (field: string): string =>
  field.startsWith('config.') ? field.slice('config.'.length) : `@${field}`

/**
 * The settings of a connector being filled in. Secrets start empty: left so, they are not sent and stay what they were.
 * @param saved settings as the server gives them
 * @param own what every connector has beside its settings (its name), checked with them under `@`
 * @param title of the only page
 */
export const useSettings = (
  type: () => ConnectorType | undefined,
  saved: () => Values,
  secretsSet: () => readonly string[],
  own: () => readonly Problem[],
  title: string,
) => {
  const edits = ref<Values>({})
  const problems = ref<readonly Problem[]>([])
  const failure = ref<ApiError>()
  const pending = ref(false)

  const defaults = computed<Values>(() =>
    Object.fromEntries(
      (type()?.fields ?? []).filter(field => field.default !== undefined).map(field => [field.name, field.default]),
    ),
  )
  const values = computed<Values>(() => ({ ...defaults.value, ...saved(), ...edits.value }))
  const pages = computed<readonly PageView[]>(() => [{ title, step: null, when: null, fields: type()?.fields ?? [] }])
  const errors = computed<Readonly<Record<string, string>>>(() =>
    Object.fromEntries(problems.value.map(({ field, message }) => [field, message])),
  )
  const dirty = computed(() => Object.keys(edits.value).length > 0)
  const labelOf = (name: string) => labelIn(type()?.fields ?? [], name)

  const set = (name: string, value: unknown) => {
    const { [name]: _, ...others } = edits.value
    edits.value = same(value, saved()[name] ?? defaults.value[name]) ? others : { ...others, [name]: value }
    problems.value = problems.value.filter(({ field }) => field !== name && !field.startsWith(`${name}.`))
  }

  /** A secret already stored is not missing, even though its control is empty. */
  const checked = () => {
    const kept = new Set(secretsSet())
    const settings = checkAll(pages.value, values.value, 'complete', new Date()).filter(
      ({ field }) => !(kept.has(field) && isEmpty(values.value[field])),
    )
    return [...own(), ...settings]
  }

  /** Checks, then saves; a refusal becomes messages at the fields or above the form. */
  const submit = async (send: (config: Values) => Promise<void>): Promise<'saved' | 'refused'> => {
    failure.value = undefined
    problems.value = checked()
    if (problems.value.length > 0) return 'refused'
    pending.value = true
    try {
      await send(
        Object.fromEntries(Object.entries(edits.value).map(([name, value]) => [name, isEmpty(value) ? null : value])),
      )
      edits.value = {}
      return 'saved'
    } catch (refusal) {
      if (!(refusal instanceof ApiError)) throw refusal
      problems.value = refusal.fields.map(({ field, message }) => ({ field: nameOnScreen(field), message }))
      if (refusal.fields.length === 0) failure.value = refusal
      return 'refused'
    } finally {
      pending.value = false
    }
  }
  return { values, pages, errors, problems, failure, pending, dirty, labelOf, set, submit }
}

export type Settings = ReturnType<typeof useSettings>

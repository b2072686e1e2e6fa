import { isEmpty, type AnyConnector, type FieldSpec } from '#core'
import type { Given } from './http/parameters.ts'
import { badRequest } from './http/errors.ts'
import type { Json } from './http/json.ts'
import { fromPastell, textIn, toPastell } from './names-values.ts'

/** What Pastell says in place of a secret; sent back, it changes nothing. */
const MASKED = 'MOT DE PASSE NON RECUPERABLE'

export interface Setting {
  /** Ours. */
  readonly name: string
  /** Pastell's. */
  readonly key: string
  readonly field: FieldSpec
}

export const settingsOf = ({ config }: AnyConnector): readonly Setting[] =>
  Object.entries(config as Readonly<Record<string, FieldSpec>>).map(([name, field]) => ({
    name,
    key: field.options.pastell ?? name,
    field,
  }))

/** By Pastell's name or by ours. @throws PastellError 400 */
export const settingNamed = (definition: AnyConnector, name: string | undefined): Setting => {
  const all = settingsOf(definition)
  const found = all.find(each => each.key === name) ?? all.find(each => each.name === name)
  if (!found) throw badRequest(`Type ${name ?? ''} introuvable`)
  return found
}

interface Shown {
  readonly config: Readonly<Record<string, unknown>>
  readonly secretsSet: readonly string[]
}

/** `data` of an instance: what is set, or stands by default; a secret that is set is only told to be. */
export const dataOf = (definition: AnyConnector, { config, secretsSet }: Shown): ReadonlyMap<string, Json> => {
  const secret = ({ name, field, key }: Setting): Json | undefined => {
    if (!secretsSet.includes(name)) return undefined
    return field.kind === 'secretFile' ? [key] : MASKED
  }
  return new Map(
    settingsOf(definition).flatMap(setting => {
      const { name, key, field } = setting
      const held = config[name] ?? field.options.default
      const value = field.kind === 'secret' || field.kind === 'secretFile' ? secret(setting) : shown(field, held)
      return value === undefined ? [] : [[key, value] as const]
    }),
  )
}

const shown = (field: FieldSpec, value: unknown): Json | undefined =>
  isEmpty(value) ? undefined : toPastell({ ...field, name: '', step: undefined }, value)

/**
 * The settings that a form gives, by our names; unknown ones are left out, empty ones erase.
 * @throws PastellError 400 for a file sent as text
 */
export const settingsGiven = (definition: AnyConnector, given: Given): Readonly<Record<string, unknown>> => {
  const all = settingsOf(definition)
  return Object.fromEntries(
    given.entries().flatMap(([key, raw]) => {
      const setting = all.find(each => each.key === key) ?? all.find(each => each.name === key)
      if (!setting) return []
      if (setting.field.kind === 'secretFile') throw badRequest(`Le champ '${key}' n'est pas autorisé sur un PATCH`)
      const text = textIn(raw)
      if (text === undefined || (setting.field.kind === 'secret' && text === MASKED)) return []
      return [[setting.name, valueOf(setting.field, text)] as const]
    }),
  )
}

/** Empty erases, which the hub writes `null`. */
export const valueOf = (field: FieldSpec, text: string): unknown =>
  field.kind === 'secret' ? text : (fromPastell({ ...field, name: '', step: undefined }, text) ?? null)

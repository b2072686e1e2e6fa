import type { AnyConnector } from '../authoring/connectors.ts'
import type { Fields, FieldSpec } from '../authoring/fields.ts'
import { completeRows } from '../authoring/rows.ts'
import { problemOf, rowProblems } from '../engine/values.ts'
import { localDay } from '../authoring/days.ts'
import { errors, type FieldProblem } from '../errors.ts'

/** Settings of an instance by field name, as JSON carries them (a secret file is its content in base64). */
export type Settings = Readonly<Record<string, unknown>>

/** Settings as they are stored: what may be shown, and what may not. */
export interface SplitSettings {
  readonly config: Settings
  readonly secrets: Settings
}

export const fieldsOf = (connector: AnyConnector): Fields => connector.config

export const isSecret = ({ kind }: Pick<FieldSpec, 'kind'>): boolean => kind === 'secret' || kind === 'secretFile'

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)

/** Values that the form sends over those that are there: absent leaves, empty erases. */
const merge = (stored: Settings, sent: Settings): Settings =>
  Object.fromEntries(Object.entries({ ...stored, ...sent }).filter(([, value]) => !isEmpty(value)))

const MISSING = 'obligatoire'

const problem = (name: string, message: string, code: string): FieldProblem => ({
  field: `config.${name}`,
  message,
  code,
})

const problemsOf = (fields: Fields, settings: Settings, now: Date): readonly FieldProblem[] => {
  const unknown = Object.keys(settings).filter(name => !(name in fields))
  const wrong = Object.entries(fields).flatMap(([name, field]) => {
    const value = settings[name] ?? field.options.default
    if (field.options.required && isEmpty(value))
      return [problem(name, `« ${field.label} » est à renseigner.`, MISSING)]
    if (field.kind === 'rows' && Array.isArray(value))
      return rowProblems(field, value, localDay(now)).map(({ path, message }) =>
        problem(path === '' ? name : `${name}.${path}`, message, 'invalide'),
      )
    const message = problemOf(field, value, localDay(now))
    return message === undefined ? [] : [problem(name, message, 'invalide')]
  })
  return [
    ...unknown.map(name => problem(name, `Le réglage « ${name} » n'existe pas dans ce connecteur.`, 'inconnu')),
    ...wrong,
  ]
}

/** Labels of the settings without which the connector cannot work. */
export const missingSettings = (connector: AnyConnector, { config, secrets }: SplitSettings): readonly string[] =>
  Object.entries(fieldsOf(connector)).flatMap(([name, { label, options }]) =>
    options.required && isEmpty(secrets[name] ?? config[name] ?? options.default) ? [label] : [],
  )

/** Whether every setting must be there, or may come by a later change. */
export type Completion = 'now' | 'later'

/**
 * The settings of an instance after a change, checked and split.
 * @throws errors.badInput with a sentence at each field
 */
export const applySettings = (
  connector: AnyConnector,
  stored: SplitSettings,
  sent: Settings,
  { now, complete = 'now' }: { readonly now: Date; readonly complete?: Completion | undefined },
): SplitSettings => {
  const fields = fieldsOf(connector)
  const merged = merge({ ...stored.config, ...stored.secrets }, sent)
  const problems = problemsOf(fields, merged, now).filter(({ code }) => complete === 'now' || code !== MISSING)
  if (problems.length > 0) throw errors.badInput({ fields: problems })
  return splitSettings(connector, merged)
}

export const splitSettings = (connector: AnyConnector, settings: Settings): SplitSettings => {
  const fields = fieldsOf(connector)
  const secret = ([name]: readonly [string, unknown]) => name in fields && isSecret(fields[name] as FieldSpec)
  const entries = Object.entries(settings)
  return {
    config: Object.fromEntries(entries.filter(entry => !secret(entry))),
    secrets: Object.fromEntries(entries.filter(secret)),
  }
}

/** What `connect` receives: defaults filled in, boxes never undefined, secret files as bytes. */
export const settingsForConnect = (connector: AnyConnector, { config, secrets }: SplitSettings): Settings =>
  Object.fromEntries(
    Object.entries(fieldsOf(connector)).map(([name, field]) => {
      const value = secrets[name] ?? config[name] ?? field.options.default
      if (field.kind === 'rows') return [name, completeRows(field, value)]
      if (field.kind === 'flag') return [name, value ?? false]
      return [name, field.kind === 'secretFile' && typeof value === 'string' ? Buffer.from(value, 'base64') : value]
    }),
  )

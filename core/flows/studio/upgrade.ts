import type { CompiledFlow } from '../../engine/model.ts'
import type { FlowFault } from '../../engine/compile.ts'
import type { Upgrade } from './format.ts'

type Values = Readonly<Record<string, unknown>>

/** A name, or that of its step: renaming a step renames what is in it. */
const renamed = (name: string, rename: Readonly<Record<string, string>>): string => {
  if (Object.hasOwn(rename, name)) return rename[name] ?? name
  const [step = '', ...field] = name.split('.')
  return field.length > 0 && Object.hasOwn(rename, step) ? [rename[step], ...field].join('.') : name
}

const isForgotten = (name: string, forget: readonly string[]): boolean =>
  forget.includes(name) || forget.includes(name.split('.')[0] ?? '')

/** Values of the version before, under the names of this one. */
export const upgraded = (values: Values, { rename = {}, forget = [] }: Upgrade): Values =>
  Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      isForgotten(name, forget) ? [] : [[renamed(name, rename), value]],
    ),
  )

/** What a version says of the names that the one before had. */
export interface VersionUpgrade {
  readonly version: number
  readonly upgrade: Upgrade | null
}

const eachSince =
  <T>(steps: readonly VersionUpgrade[], apply: (held: T, upgrade: Upgrade) => T) =>
  (held: T, from: number): T =>
    steps
      .toSorted((a, b) => a.version - b.version)
      .reduce((now, { version, upgrade }) => (version > from && upgrade ? apply(now, upgrade) : now), held)

/** Values born under any version, brought to the last one: each mapping in turn. */
export const chained = (steps: readonly VersionUpgrade[]) => eachSince<Values>(steps, upgraded)

/** The name that a state or a task of any version has in the last one. */
export const chainedName = (steps: readonly VersionUpgrade[]) =>
  eachSince<string>(steps, (name, { rename = {} }) => renamed(name, rename))

/**
 * What the new version would lose of the one that open documents follow, and what its mapping says wrong. A field that changes kind is
 * lost: its values are no longer of its type.
 */
export const upgradeFaults = (before: CompiledFlow, after: CompiledFlow, upgrade: Upgrade): readonly FlowFault[] => {
  const { rename = {}, forget = [] } = upgrade
  const aliases = new Set([...before.steps, ...after.steps].map(step => step.alias))
  const lost = Object.values(before.fields).flatMap((field): readonly FlowFault[] => {
    if (isForgotten(field.name, forget)) return []
    const name = renamed(field.name, rename)
    const kept = Object.hasOwn(after.fields, name) ? after.fields[name] : undefined
    if (kept?.kind === field.kind) return []
    const what = kept ? `change de genre (${field.kind}, puis ${kept.kind})` : 'disparaît'
    return [
      {
        at: `/upgrade/rename/${field.name}`,
        message: `« ${field.label} » (${field.name}) ${what} alors que des documents en cours le portent : dire dans « upgrade » comment il est renommé, ou qu'il est oublié.`,
      },
    ]
  })
  const unknown = [...Object.keys(rename), ...forget].filter(
    name => !Object.hasOwn(before.fields, name) && !aliases.has(name),
  )
  return [
    ...lost,
    ...unknown.map(name => ({
      at: '/upgrade',
      message: `« ${name} » n'existait pas dans la version publiée : le retirer de « upgrade ».`,
    })),
  ]
}

import type { ValidateFunction } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { FieldSpec } from '../../authoring/fields.ts'
import { relativeDay } from '../../authoring/relative-days.ts'
import type { AnyStep } from '../../authoring/steps.ts'
import { compileFlow, FlowError, type FlowFault } from '../../engine/compile.ts'
import type { CompiledFlow } from '../../engine/model.ts'
import { placedProblems } from '../../http/messages.ts'
import { flowSchema, groupSchema, type FieldGroup, type StudioFlow } from './format.ts'
import { groupNamed, isGroup, resolve, type Resolved } from './resolve.ts'

const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, strictRequired: false })
const isFlow = ajv.compile(flowSchema)
const isGroupOfFields = ajv.compile(groupSchema)

const pointer = (place: readonly string[]) =>
  place.map(part => `/${part.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')

const faultsBy = (validate: ValidateFunction, value: unknown): readonly FlowFault[] =>
  validate(value)
    ? []
    : placedProblems(validate.errors ?? []).map(({ place, message }) => ({ at: pointer(place), message }))

/** What keeps a value from being a flow at all, by the published schema; nothing when it is one. */
export const shapeFaults = (value: unknown): readonly FlowFault[] => faultsBy(isFlow, value)
/** The same for a group of fields alone. */
export const groupFaults = (value: unknown): readonly FlowFault[] => faultsBy(isGroupOfFields, value)

const regexFault = ({ label, options: { pattern } }: FieldSpec): string | undefined => {
  if (!pattern) return undefined
  try {
    new RegExp(pattern.regex, 'u')
    return undefined
  } catch (error) {
    return `Le format du champ « ${label} » n'est pas une expression régulière : ${(error as Error).message}.`
  }
}

const dayFault = ({ kind, label, options: { default: day } }: FieldSpec): string | undefined =>
  kind !== 'date' || day === undefined || relativeDay(String(day), new Date(0)) !== undefined
    ? undefined
    : `Le jour proposé pour « ${label} », « ${String(day)} », ne se comprend pas : écrire « now », « +1 month » ou « 2027-01-31 ».`

const choicesFault = ({ kind, label, choices = {}, options }: FieldSpec): string | undefined => {
  const some = Object.keys(choices).length > 0
  if (kind !== 'choice') return some ? `Le champ « ${label} » n'est pas une liste : retirer ses choix.` : undefined
  if (!some) return `La liste « ${label} » est vide : donner au moins un choix.`
  return options.default !== undefined && !Object.hasOwn(choices, String(options.default))
    ? `La valeur par défaut de « ${label} » n'est pas dans sa liste.`
    : undefined
}

/** What the compiler leaves to whoever writes code, where a type would not compile. */
const fieldFaults = ({ stored, origin, twice }: Resolved): readonly FlowFault[] => {
  const faults: FlowFault[] = twice.map(({ name, from }) => ({
    at: `/fields/${from}`,
    message: `Le champ « ${name} » est donné deux fois : changer le nom de l'un ou le préfixe du groupe.`,
  }))
  const titles: string[] = []
  const publicNames = new Map<string, string>()
  for (const [name, field] of Object.entries(stored.fields)) {
    const at = `/fields/${origin.get(name) ?? name}`
    for (const message of [regexFault(field), choicesFault(field), dayFault(field)])
      if (message) faults.push({ at, message })
    if (field.options.title) titles.push(name)
    const { pastell } = field.options
    if (pastell === undefined) continue
    const known = publicNames.get(pastell)
    if (known)
      faults.push({
        at,
        message: `« ${known} » et « ${name} » ont le même nom Pastell, « ${pastell} » : en changer un.`,
      })
    publicNames.set(pastell, name)
  }
  for (const name of titles.slice(1))
    faults.push({
      at: `/fields/${origin.get(name) ?? name}`,
      message: `« ${titles[0] ?? ''} » nomme déjà le document : un seul champ peut le faire.`,
    })
  return faults
}

const unknownGroups = (flow: StudioFlow, shared: ReadonlyMap<string, FieldGroup>): readonly FlowFault[] =>
  Object.entries(flow.fields).flatMap(([name, field]) =>
    isGroup(field) && !groupNamed(flow, shared, field.group)
      ? [
          {
            at: `/fields/${name}/group`,
            message: `Le groupe de champs « ${field.group} » n'existe pas : le créer, ou en choisir un autre.`,
          },
        ]
      : [],
  )

/** A fault of a field that came with a group is shown where the group is used. */
const atOrigin = ({ at, message }: FlowFault, origin: ReadonlyMap<string, string>): FlowFault => {
  const name = /^\/fields\/([^/]+)/u.exec(at)?.[1] ?? ''
  const from = origin.get(name) ?? name
  return from === name ? { at, message } : { at: `/fields/${from}`, message }
}

export interface Checked {
  /** Everything that is wrong, each with its JSON pointer; empty: it can be published. */
  readonly faults: readonly FlowFault[]
  /** As it would run; nothing when it cannot. */
  readonly compiled: CompiledFlow | undefined
}

/**
 * Checks a flow whose shape is right (`shapeFaults`) as the compiler will.
 * @param version it would be published under
 * @param shared groups of the platform
 */
export const checkFlow = (
  flow: StudioFlow,
  version: number,
  steps: ReadonlyMap<string, AnyStep>,
  shared: ReadonlyMap<string, FieldGroup>,
): Checked => {
  const resolved = resolve(flow, version, shared)
  const faults = [...unknownGroups(flow, shared), ...fieldFaults(resolved)]
  let compiled: CompiledFlow | undefined
  try {
    compiled = compileFlow(resolved.stored, steps)
  } catch (error) {
    if (!(error instanceof FlowError)) throw error
    faults.push(...error.faults.map(fault => atOrigin(fault, resolved.origin)))
  }
  return { faults, compiled: faults.length === 0 ? compiled : undefined }
}

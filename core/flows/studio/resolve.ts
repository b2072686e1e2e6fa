import type { Condition } from '../../authoring/conditions.ts'
import type { FieldOptions, FieldSpec } from '../../authoring/fields.ts'
import type { StoredFlow } from '../../authoring/flows.ts'
import type { FieldGroup, GroupPlaced, StudioField, StudioFlow } from './format.ts'

export const isGroup = (field: StudioField | GroupPlaced): field is GroupPlaced => 'group' in field

const specOf = ({ options = {}, ...field }: StudioField): FieldSpec => ({ ...field, options })

/** The condition of a field of a group reads its neighbours under their short names. */
const prefixed = (condition: Condition, own: ReadonlySet<string>, prefix: string): Condition => {
  const name = (field: string) => (own.has(field) ? `${prefix}_${field}` : field)
  const inner = (each: Condition) => prefixed(each, own, prefix)
  if ('is' in condition) return { ...condition, field: name(condition.field) }
  if ('filled' in condition) return { filled: name(condition.filled) }
  if ('all' in condition) return { all: condition.all.map(inner) }
  if ('any' in condition) return { any: condition.any.map(inner) }
  return { not: inner(condition.not) }
}

const inGroup = (spec: FieldSpec, own: ReadonlySet<string>, prefix: string, label: string | undefined): FieldSpec => {
  const options: FieldOptions & { readonly when?: Condition } = spec.options
  return {
    ...spec,
    label: label === undefined ? spec.label : `${label} : ${spec.label}`,
    options: {
      ...options,
      ...(options.when ? { when: prefixed(options.when, own, prefix) } : {}),
      ...(options.equals && own.has(options.equals.field)
        ? { equals: { ...options.equals, field: `${prefix}_${options.equals.field}` } }
        : {}),
      ...(options.pastell === undefined ? {} : { pastell: `${prefix}_${options.pastell}` }),
    },
  }
}

/** A field of the flow as it runs, and the key of `fields` that it comes from. */
interface Placed {
  readonly name: string
  readonly spec: FieldSpec
  readonly from: string
}

/** Fields in the order of the form, groups in their place; a group that nobody knows gives none. */
const fieldsOf = (flow: StudioFlow, shared: ReadonlyMap<string, FieldGroup>): readonly Placed[] =>
  Object.entries(flow.fields).flatMap(([name, field]): readonly Placed[] => {
    if (!isGroup(field)) return [{ name, spec: specOf(field), from: name }]
    const group = groupNamed(flow, shared, field.group)
    const own = new Set(Object.keys(group?.fields ?? {}))
    return Object.entries(group?.fields ?? {}).map(([short, each]) => ({
      name: `${name}_${short}`,
      spec: inGroup(specOf(each), own, name, field.label),
      from: name,
    }))
  })

/** The group of this name: the flow's own first, else the platform's. */
export const groupNamed = (
  flow: Pick<StudioFlow, 'groups'>,
  shared: ReadonlyMap<string, FieldGroup>,
  name: string,
): FieldGroup | undefined => (flow.groups && Object.hasOwn(flow.groups, name) ? flow.groups[name] : shared.get(name))

export interface Resolved {
  readonly stored: StoredFlow
  /** Fields that two entries of the form both give. */
  readonly twice: readonly Placed[]
  /** The key of `fields` that gives this field. */
  readonly origin: ReadonlyMap<string, string>
}

/** The flow as it will be compiled, kept and run: groups written out, nothing left to look up. */
export const resolve = (flow: StudioFlow, version: number, shared: ReadonlyMap<string, FieldGroup>): Resolved => {
  const { $schema: _schema, groups: _groups, fields: _fields, ...rest } = flow
  const placed = fieldsOf(flow, shared)
  const origin = new Map<string, string>()
  const twice = placed.filter(({ name, from }) => {
    const known = origin.has(name)
    if (!known) origin.set(name, from)
    return known
  })
  const fields = Object.fromEntries(placed.map(({ name, spec }) => [name, spec]))
  return { stored: { ...rest, version, fields }, twice, origin }
}

/** The flow with every group it uses inside it: what another platform can read. */
export const selfContained = (flow: StudioFlow, shared: ReadonlyMap<string, FieldGroup>): StudioFlow => {
  const used = [...new Set(Object.values(flow.fields).flatMap(field => (isGroup(field) ? [field.group] : [])))]
  const groups = Object.fromEntries(
    used.flatMap(name => {
      const group = groupNamed(flow, shared, name)
      return group ? [[name, group] as const] : []
    }),
  )
  const { groups: own, ...rest } = flow
  const all = { ...own, ...groups }
  return Object.keys(all).length > 0 ? { ...rest, groups: all } : rest
}

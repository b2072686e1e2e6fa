import type { CompiledFlow, CompiledStep } from '#core'
import { catalogued } from './catalogue/catalogue.ts'
import type { DerivedField, Place, Rule } from './derived/rule.ts'
import { RULES } from './derived/rules.ts'
import { namesOf } from './names.ts'

export type { DerivedField, Held } from './derived/rule.ts'
export { signedFor } from './derived/signed.ts'

const placeOf = (flow: CompiledFlow, step: CompiledStep): Place => ({
  flow,
  step,
  full(pastell) {
    const [name] = Object.entries(step.definition.fields).find(([, field]) => field.options.pastell === pastell) ?? []
    return name === undefined ? undefined : `${step.alias}.${name}`
  },
})

const read = (flow: CompiledFlow): readonly DerivedField[] => {
  const names = namesOf(flow)
  const theirs = catalogued(names.flow)
  const taken = new Set(names.fields.map(each => each.name))
  const wanted = (name: string, rule: Rule) =>
    theirs ? theirs.fields.some(field => field.id === name) : rule.old === undefined
  return flow.steps.flatMap(step =>
    Object.entries(RULES[step.definition.id] ?? {}).flatMap(([base, rule]): DerivedField[] => {
      // Handwritten folder types that do a thing twice have one page for both.
      const name = [`${base}${names.suffix(step.alias)}`, base].find(each => wanted(each, rule))
      const made = name === undefined || taken.has(name) ? undefined : rule.make(placeOf(flow, step))
      if (name === undefined || !made) return []
      taken.add(name)
      const { label, type = 'text', visible, multiple } = rule
      return [
        {
          name,
          label,
          type,
          ...(visible ? {} : { hidden: true }),
          ...(made.written || type === 'externalData' || type === 'password' ? {} : { readOnly: true }),
          ...(multiple ? { multiple } : {}),
          ...made,
        },
      ]
    }),
  )
}

const known = new WeakMap<CompiledFlow, readonly DerivedField[]>()

/** The derived names of a flow, once each: those that its folder type has in Pastell, or those of its steps. Pure. */
export const derivedOf = (flow: CompiledFlow): readonly DerivedField[] => {
  const derived = known.get(flow) ?? read(flow)
  known.set(flow, derived)
  return derived
}

/** Every name that a step says again, in one folder type or another. */
export const derivableBy = (step: string): readonly string[] => Object.keys(RULES[step] ?? {})

import type { Fields } from '../authoring/fields.ts'
import { holds } from '../authoring/conditions.ts'
import { completeRows } from '../authoring/rows.ts'
import { isEmpty } from '../authoring/values.ts'
import type { CompiledField, CompiledFlow, CompiledStep, Document } from './model.ts'

export { filesHeld, isEmpty } from '../authoring/values.ts'

type Data = Document['data']

/** An empty box is `false`, no row is an empty list, any other missing value is missing. */
const read = (fields: Fields, value: (name: string) => unknown): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [
      name,
      field.kind === 'rows'
        ? completeRows(field, value(name))
        : (value(name) ??
          (field.kind === 'date' ? undefined : field.options.default) ??
          (field.kind === 'flag' ? false : undefined)),
    ]),
  )

/**
 * A field by its full name, or one inside rows: `convocation.projets.theme`, whichever the row. What it says of its list is about the
 * step that holds the rows.
 */
export const fieldAt = (flow: CompiledFlow, name: string): CompiledField | undefined => {
  const known = flow.fields[name]
  if (known) return known
  const dot = name.lastIndexOf('.')
  const rows = flow.fields[name.slice(0, Math.max(dot, 0))]
  const inner = rows?.kind === 'rows' ? rows.fields?.[name.slice(dot + 1)] : undefined
  return rows && inner && { ...inner, name, step: rows.step }
}

/** What the step receives from the flow, following its bindings. */
export const inputsOf = (step: CompiledStep, data: Data): Readonly<Record<string, unknown>> =>
  read(step.definition.inputs, name => {
    const binding = step.bindings[name]
    if (binding === undefined) return undefined
    if (typeof binding === 'string') return data[binding]
    return binding.firstOf.map(source => data[source]).find(value => !isEmpty(value))
  })

/** What the step wrote, and what the agent filled in for it. */
export const fieldsOf = (step: CompiledStep, data: Data): Readonly<Record<string, unknown>> =>
  read(step.fields, name => data[`${step.alias}.${name}`])

/** Does the document go through this step? */
export const isTaken = (step: CompiledStep, data: Data): boolean => step.when === undefined || holds(step.when, data)

/** The steps of the route as the boxes stand. */
export const routeOf = (flow: CompiledFlow, data: Data): readonly CompiledStep[] =>
  flow.steps.filter(step => isTaken(step, data))

/** The steps that follow this one (`undefined`: all of them), whether the boxes select them or not. */
export const stepsAfter = (flow: CompiledFlow, alias: string | undefined): readonly CompiledStep[] =>
  alias === undefined ? flow.steps : flow.steps.slice(flow.steps.findIndex(step => step.alias === alias) + 1)

export const stepNamed = (flow: CompiledFlow, alias: string): CompiledStep => {
  const step = flow.steps.find(each => each.alias === alias)
  if (!step) throw new Error(`Le flux « ${flow.id} » n'a pas d'étape « ${alias} ».`)
  return step
}

/** Said by the worker that cannot go on and by the list that cannot be shown. */
export const noInstance = (flow: CompiledFlow, step: CompiledStep): string =>
  `Aucun connecteur n'est associé à l'étape « ${step.label} » du flux « ${flow.label} » : l'administrateur doit en associer un.`

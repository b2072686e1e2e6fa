import { holds, isEmpty, type CompiledFlow, type CompiledStep, type Document, type FileRef } from '#core'

/** What a name is computed from. */
export type Held = Pick<Document, 'data' | 'state' | 'message'>

/** A name that Pastell's clients know and that no field of ours holds: it says again what the step holds already. */
export interface DerivedField {
  /** With the suffix of its step. */
  readonly name: string
  readonly label: string
  readonly type: 'text' | 'checkbox' | 'file' | 'externalData' | 'password'
  readonly hidden?: true
  readonly readOnly?: true
  readonly multiple?: true
  /** `undefined` when Pastell would hold nothing. */
  value(held: Held): string | readonly FileRef[] | undefined
  /** What writing this text changes of our fields, by full name. Without it the text is ignored, as Pastell ignores it. */
  written?(text: string): Readonly<Record<string, unknown>>
}

/** How to derive a name for one step of a flow; `undefined` when that step gives nothing to derive it from. */
export interface Rule {
  readonly label: string
  readonly type?: DerivedField['type']
  readonly visible?: true
  readonly multiple?: true
  /** Known to older folder types alone. */
  readonly old?: true
  make(at: Place): Pick<DerivedField, 'value' | 'written'> | undefined
}

export interface Place {
  readonly step: CompiledStep
  /** Our full name of the field to which the step gives this public name. */
  full(pastell: string): string | undefined
  readonly flow: CompiledFlow
}

export const ON = '1'
export const on = (condition: boolean): string | undefined => (condition ? ON : undefined)

/** « Show this page »: one of these fields is filled. */
export const filled = (label: string, ...names: readonly string[]): Rule => ({
  label,
  make({ full }) {
    const fields = names.flatMap(name => full(name) ?? [])
    return fields.length === 0 ? undefined : { value: ({ data }) => on(fields.some(field => !isEmpty(data[field]))) }
  },
})

export const old = (rule: Rule): Rule => ({ ...rule, old: true })

/** The box of a step that is never skipped: always ticked, and nobody unticks it. */
export const box = (label: string): Rule => ({
  label,
  type: 'checkbox',
  visible: true,
  make: ({ step }) => (step.when === undefined ? { value: () => ON } : undefined),
})

export const onRoute = (label: string): Rule => ({
  label,
  make: ({ step }) => ({ value: ({ data }) => on(step.when === undefined || holds(step.when, data)) }),
})

/** Our full name of the first field, wherever it is, that this public name is written on. */
export const fieldNamed = (flow: CompiledFlow, pastell: string): string | undefined =>
  Object.values(flow.fields).find(({ options }) => options.pastell === pastell)?.name

/** « Show this page »: the form asks for this field of the first page today. */
export const asked = (label: string, name: string): Rule => ({
  label,
  make({ flow }) {
    const field = fieldNamed(flow, name)
    const when = field === undefined ? undefined : flow.fields[field]?.options.when
    return when && { value: ({ data }) => on(holds(when, data)) }
  },
})

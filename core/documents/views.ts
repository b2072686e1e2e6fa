import type { FieldSpec } from '../authoring/fields.ts'
import type { Condition } from '../authoring/conditions.ts'
import { fieldsRead } from '../authoring/conditions.ts'
import { rowsIn } from '../authoring/rows.ts'
import { offers, routeProgress } from '../engine/availability.ts'
import { editableFields, problems, type Problem } from '../engine/form.ts'
import { isEmpty, stepNamed } from '../engine/inputs.ts'
import { DRAFT, type CompiledField, type CompiledFlow, type CompiledStep, type Document } from '../engine/model.ts'
import { isRanks } from './ranks.ts'

/** What a person or a program sees of documents; the shapes are those of `http/api/schemas.ts`. */

export interface FieldView {
  readonly name: string
  readonly label: string
  readonly kind: string
  readonly required: boolean
  readonly computed: boolean
  readonly editable: boolean
  readonly help?: string
  readonly choices?: readonly { readonly value: string; readonly label: string }[]
  readonly pattern?: { readonly regex: string; readonly message: string }
  readonly accept?: readonly string[]
  readonly maxBytes?: number
  readonly min?: number
  readonly max?: number
  readonly default?: unknown
  readonly of?: readonly string[]
  readonly by?: readonly string[]
  readonly notAfterToday?: boolean
  /** Asked for only when this holds. Full names. */
  readonly when?: Condition
  /** `rows`: what one row holds, and whether a row may hold rows. */
  readonly fields?: readonly FieldView[]
  readonly nested?: boolean
}

export interface PageView {
  readonly title: string
  readonly step: string | null
  readonly when: Condition | null
  readonly fields: readonly FieldView[]
}

export interface StateView {
  readonly name: string
  readonly label: string
  readonly kind: string
  readonly help?: string
}

export interface DocumentSummary {
  readonly id: string
  readonly entityId: string
  readonly flow: string
  readonly flowLabel: string
  readonly title: string
  readonly state: StateView
  readonly message: string
  readonly version: number
  readonly createdAt: string
  readonly updatedAt: string
  readonly stateSince: string
}

export interface DocumentView extends DocumentSummary {
  readonly values: Readonly<Record<string, unknown>>
  /** Secret fields that hold something: what they hold is never shown. */
  readonly secretsSet: readonly string[]
  readonly pages: readonly PageView[]
  readonly route: readonly {
    readonly alias: string
    readonly label: string
    readonly status: string
    readonly since: string | null
    readonly states: readonly { readonly name: string; readonly label: string; readonly at: string }[]
  }[]
  readonly actions: readonly {
    readonly name: string
    readonly label: string
    readonly enabled: boolean
    readonly reason?: string
    readonly confirm?: string
    readonly kind: string
    readonly opens?: true
  }[]
  readonly problems: readonly Problem[]
  readonly inFlight: boolean
  readonly nextTry: string | null
  /** Waits until an administrator puts a connector right: suspended, or not associated. The message says which. */
  readonly waitsForConnector: boolean
}

const optional = <K extends string, V>(name: K, value: V | undefined) =>
  (value === undefined ? {} : { [name]: value }) as { readonly [key in K]?: V }

/** The description of a field, whatever it belongs to: a document, a flow, the settings of a connector. */
export const fieldView = (name: string, field: FieldSpec, { editable }: { readonly editable: boolean }): FieldView => {
  const { options } = field
  return {
    name,
    label: field.label,
    kind: field.kind,
    required: options.required ?? false,
    computed: options.computed ?? false,
    editable,
    ...optional('help', options.help),
    ...optional('choices', field.choices && Object.entries(field.choices).map(([value, label]) => ({ value, label }))),
    ...optional('pattern', options.pattern),
    ...optional('accept', options.accept),
    ...optional('maxBytes', options.maxBytes),
    ...optional('min', options.min),
    ...optional('max', options.max),
    ...optional('default', options.default),
    ...optional('notAfterToday', options.notAfterToday),
    ...optional(
      'fields',
      field.fields &&
        Object.entries(field.fields)
          .filter(([, each]) => !each.options.hidden)
          .map(([inner, each]) => fieldView(inner, each, { editable })),
    ),
    ...optional('nested', field.nested),
  }
}

const sources = (step: CompiledStep, name: string): readonly string[] => {
  const binding = step.bindings[name]
  if (binding === undefined) return [`${step.alias}.${name}`]
  return typeof binding === 'string' ? [binding] : binding.firstOf
}

/** `of` and `by` name inputs and fields of the step; outside, only full names mean something. */
const ofFlow = (flow: CompiledFlow, field: CompiledField, editable: boolean): FieldView => {
  const view = { ...fieldView(field.name, field, { editable }), ...optional('when', field.when) }
  if (field.step === undefined) return view
  const step = stepNamed(flow, field.step)
  return {
    ...view,
    // The original is what an agent types; the signed copy that may replace it is not there yet.
    ...optional(
      'of',
      field.of?.map(name => sources(step, name).at(-1) ?? name),
    ),
    ...optional(
      'by',
      field.by?.map(name => `${step.alias}.${name}`),
    ),
  }
}

/** First page, boxes of the route, then a page per step. */
export const pagesOf = (flow: CompiledFlow, editable: (field: CompiledField) => boolean): readonly PageView[] => {
  const boxes = new Set(flow.steps.flatMap(step => (step.when ? fieldsRead(step.when) : [])))
  const shown = Object.values(flow.fields).filter(field => !field.options.hidden)
  const page = (title: string, step: CompiledStep | undefined, keep: (field: CompiledField) => boolean): PageView => ({
    title,
    step: step?.alias ?? null,
    when: step?.alwaysAsked ? null : (step?.when ?? null),
    fields: shown.filter(keep).map(field => ofFlow(flow, field, editable(field))),
  })
  const first = shown.filter(field => field.step === undefined && !boxes.has(field.name))
  const titles = new Set(['Informations', ...first.flatMap(field => field.options.page ?? [])])
  return [
    ...[...titles].map(title =>
      page(title, undefined, field => first.includes(field) && (field.options.page ?? 'Informations') === title),
    ),
    page('Cheminement', undefined, field => field.step === undefined && boxes.has(field.name)),
    ...flow.steps.map(step => page(step.label, step, field => field.step === step.alias)),
  ].filter(each => each.fields.length > 0)
}

export const stateView = (flow: CompiledFlow | undefined, state: string): StateView => {
  const known = flow?.states[state]
  return {
    name: state,
    label: known?.label ?? state,
    kind: known?.kind ?? 'running',
    ...optional('help', known?.help),
  }
}

type Summarised = Omit<
  Document,
  'data' | 'trail' | 'due' | 'inFlight' | 'fence' | 'back' | 'passages' | 'waitingFor' | 'createdBy'
>

export const summaryOf = (flow: CompiledFlow | undefined, document: Summarised): DocumentSummary => ({
  id: document.id,
  entityId: document.entityId,
  flow: document.flowId,
  flowLabel: flow?.label ?? document.flowId,
  title: document.title,
  state: stateView(flow, document.state),
  message: document.message,
  version: document.version,
  createdAt: document.createdAt.toISOString(),
  updatedAt: document.updatedAt.toISOString(),
  stateSince: document.stateSince.toISOString(),
})

/** What the viewer may do: decides which fields and buttons are open to them. */
export interface Viewer {
  /** Does the viewer hold `<flow>:<verb>` on the entity of the document? */
  may(verb: string): boolean
}

/** Why a button is closed to somebody, the end of a sentence. */
export const NOT_ALLOWED = "vous n'avez pas le droit nécessaire sur cette entité"

const actionsOf = (flow: CompiledFlow, document: Document, viewer: Viewer, now: Date): DocumentView['actions'] =>
  offers(flow, document, now).map(offer => {
    const allowed = viewer.may('edition') && (offer.can === undefined || viewer.may(offer.can))
    const available = allowed ? offer.available : NOT_ALLOWED
    return {
      name: offer.name,
      label: offer.label,
      enabled: available === true,
      kind: offer.kind,
      ...optional('reason', available === true ? undefined : available),
      ...optional('confirm', offer.confirm),
      ...optional('opens', offer.opens),
    }
  })

/** Refused by the remote or abandoned: nothing is broken, the journey ends there. */
const endedThere = (flow: CompiledFlow, { state }: Document): boolean =>
  ['stopped', 'abandoned'].includes(flow.states[state]?.kind ?? '')

/** Columns of computed rows that only machines read stay here; rows that somebody types come back as they went, or they would lose them. */
const shownRows = (field: FieldSpec, value: unknown): unknown =>
  field.options.computed === true
    ? rowsIn(value).map(row =>
        Object.fromEntries(
          Object.entries(row)
            .filter(([name]) => !field.fields?.[name]?.options.hidden)
            .map(([name, held]) => [name, field.nested && name === 'enfants' ? shownRows(field, held) : held]),
        ),
      )
    : value

/** The values that leave the hub: neither secrets nor those that only machines read. */
export const shownValues = (flow: CompiledFlow, data: Document['data']): Document['data'] =>
  Object.fromEntries(
    Object.entries(data).flatMap(([name, value]) => {
      const field = flow.fields[name]
      if (field?.options.hidden || field?.kind === 'secret' || isRanks(name)) return []
      return [[name, field?.kind === 'rows' ? shownRows(field, value) : value]]
    }),
  )

const secretsSet = (flow: CompiledFlow, { data }: Document): readonly string[] =>
  Object.values(flow.fields).flatMap(({ name, kind, options }) =>
    kind === 'secret' && !options.hidden && !isEmpty(data[name]) ? [name] : [],
  )

/** Everything the page of a document shows. */
export const documentView = (flow: CompiledFlow, document: Document, viewer: Viewer, now: Date): DocumentView => {
  const editable = viewer.may('edition') && !document.inFlight ? editableFields(flow, document) : new Set<string>()
  return {
    ...summaryOf(flow, document),
    values: shownValues(flow, document.data),
    secretsSet: secretsSet(flow, document),
    pages: pagesOf(flow, field => editable.has(field.name)),
    route: routeProgress(flow, document).map(stop => ({
      alias: stop.alias,
      label: stop.label,
      status: endedThere(flow, document) && stop.status === 'trouble' ? 'stopped' : stop.status,
      since: stop.states.at(-1)?.at.toISOString() ?? null,
      states: stop.states.map(state => ({ ...state, at: state.at.toISOString() })),
    })),
    actions: actionsOf(flow, document, viewer, now),
    problems:
      document.state === DRAFT || flow.states[document.state]?.kind === 'over'
        ? problems(flow, document.data, now)
        : [],
    inFlight: document.inFlight !== undefined,
    nextTry: document.waitingFor === undefined ? (document.due?.at.toISOString() ?? null) : null,
    waitsForConnector: document.waitingFor !== undefined,
  }
}

import { localDay } from '../authoring/days.ts'
import { relativeDay } from '../authoring/relative-days.ts'
import { typeOfPiece, type FileRef, type PieceType } from '../authoring/values.ts'
import { fieldsRead, holds } from '../authoring/conditions.ts'
import { filesHeld, inputsOf, isEmpty, routeOf, stepNamed, stepsAfter } from './inputs.ts'
import { DRAFT, type CompiledField, type CompiledFlow, type CompiledStep, type Document } from './model.ts'
import { atPlace, missing, problemOf, rowProblems, type Wanted } from './values.ts'

/** A sentence at a field: what is wrong there and what to do. */
export interface Problem {
  readonly field: string
  readonly message: string
}

const asked = (field: CompiledField) => !field.options.computed

/** Is the field asked for, as the rest of the form stands? */
const concerned = (field: CompiledField, data: Document['data']) => field.when === undefined || holds(field.when, data)

const fieldsOfStep = (flow: CompiledFlow, step: CompiledStep) =>
  Object.values(flow.fields).filter(field => field.step === step.alias)

/** Fields an agent may still change when the document has finished a step: those of the steps to come, and their boxes. */
const fieldsToCome = (flow: CompiledFlow, alias: string): readonly string[] => {
  return stepsAfter(flow, alias).flatMap(step => [
    ...(step.when ? fieldsRead(step.when) : []),
    ...fieldsOfStep(flow, step)
      .filter(asked)
      .map(field => field.name),
  ])
}

/**
 * The fields that may be changed now, by full name (`flows/engine.md` §7): everything asked for while it is a draft, then
 * what the current state and the states passed leave open.
 */
export const editableFields = (flow: CompiledFlow, document: Document): ReadonlySet<string> => {
  if (document.state === DRAFT)
    return new Set(
      Object.values(flow.fields)
        .filter(asked)
        .map(field => field.name),
    )
  const state = flow.states[document.state]
  const passed = document.trail.flatMap(stop => flow.states[stop.state]?.thenEditable ?? [])
  return new Set([
    ...(state?.editable ?? []),
    ...passed,
    ...(state?.kind === 'over' && state.step ? fieldsToCome(flow, state.step) : []),
  ])
}

/** Why a field is closed where the document is. */
export const notEditable = (flow: CompiledFlow, { state }: Document, field: CompiledField): string =>
  `« ${field.label} » ne peut pas être modifié dans l'état « ${flow.states[state]?.label ?? state} ».`

/** Values of a new document: the defaults of its fields, days said from today as the legal day they mean. */
export const defaults = (flow: CompiledFlow, now: Date): Document['data'] =>
  Object.fromEntries(
    Object.values(flow.fields).flatMap(({ name, kind, options }) =>
      options.default === undefined
        ? []
        : [[name, kind === 'date' ? relativeDay(String(options.default), now) : options.default]],
    ),
  )

const pieceFiles = (
  flow: CompiledFlow,
  step: CompiledStep,
  of: readonly string[],
  data: Document['data'],
): readonly FileRef[] => {
  const inputs = inputsOf(step, data)
  return of.flatMap(name => {
    const value = name in step.definition.inputs ? inputs[name] : data[`${step.alias}.${name}`]
    return filesHeld(value)
  })
}

/** The pieces that a `pieceTypes` field is about, in order. */
export const piecesOf = (flow: CompiledFlow, field: CompiledField, data: Document['data']): readonly FileRef[] =>
  field.step === undefined ? [] : pieceFiles(flow, stepNamed(flow, field.step), field.of ?? [], data)

/** One type per piece, no more, no less; a piece replaced since loses its type and the agent is told which. */
const typingProblem = (pieces: readonly FileRef[], types: readonly PieceType[]): string | undefined => {
  const untyped = pieces.filter(piece => !typeOfPiece(piece, types))
  if (untyped.length === 0) return undefined
  return `Il manque le type de ${untyped.map(piece => `« ${piece.name} »`).join(', ')} : le choisir dans la liste.`
}

/** What is wrong with the value of a field; inside rows, each fault at its own place (`projets.0.rapport`). */
const valueProblems = (field: CompiledField, value: unknown, today: string, wanted: Wanted): readonly Problem[] => {
  if (isEmpty(value)) return []
  if (field.kind === 'rows')
    return rowProblems(field, value, today, wanted).map(problem => ({
      field: problem.path === '' ? field.name : `${field.name}.${problem.path}`,
      message: atPlace(field, problem),
    }))
  const message = problemOf(field, value, today)
  return message === undefined ? [] : [{ field: field.name, message }]
}

const problemsOfFields = (
  flow: CompiledFlow,
  fields: readonly CompiledField[],
  data: Document['data'],
  today: string,
): readonly Problem[] =>
  fields.flatMap(field => {
    if (!concerned(field, data)) return []
    const value = data[field.name]
    if (field.kind === 'pieceTypes' && (field.options.required || !isEmpty(value))) {
      const message = typingProblem(piecesOf(flow, field, data), (value as readonly PieceType[] | undefined) ?? [])
      return message === undefined ? [] : [{ field: field.name, message }]
    }
    if (field.options.required && isEmpty(value)) return [{ field: field.name, message: missing(field) }]
    const wrong = valueProblems(field, value, today, 'complete')
    const other = confirmed(flow, field, data)
    return other && wrong.length === 0
      ? [{ field: field.name, message: field.options.equals?.message ?? different(field, other) }]
      : wrong
  })

/** The field that this one should repeat, when it does not. */
const confirmed = (flow: CompiledFlow, field: CompiledField, data: Document['data']): CompiledField | undefined => {
  const other = field.equals === undefined ? undefined : flow.fields[field.equals]
  return other && JSON.stringify(data[field.name] ?? '') !== JSON.stringify(data[other.name] ?? '') ? other : undefined
}

const different = (field: CompiledField, other: CompiledField): string =>
  `« ${field.label} » doit être identique à « ${other.label} » : corriger l'un des deux.`

const sizeProblem = (flow: CompiledFlow, data: Document['data']): readonly Problem[] => {
  const limit = flow.stored.maxBytes
  if (limit === undefined) return []
  const sizes = Object.values(flow.fields)
    .filter(asked)
    .map(field => ({ field, size: filesHeld(data[field.name]).reduce((sum, each) => sum + each.size, 0) }))
  const total = sizes.reduce((sum, each) => sum + each.size, 0)
  if (total <= limit) return []
  const largest = sizes.toSorted((a, b) => b.size - a.size)[0]
  return [
    {
      field: largest?.field.name ?? '',
      message: `Les fichiers font ${megabytes(total)} Mo au total, le maximum est ${megabytes(limit)} Mo : alléger ou retirer des pièces.`,
    },
  ]
}

const megabytes = (bytes: number) => (bytes / 1_048_576).toLocaleString('fr-FR', { maximumFractionDigits: 1 })

/** Everything that prevents the document from leaving: first page, then the steps that the ticked boxes select or that always ask. */
export const problems = (flow: CompiledFlow, data: Document['data'], now: Date): readonly Problem[] => {
  const today = localDay(now)
  const first = Object.values(flow.fields).filter(field => field.step === undefined && asked(field))
  const taken = routeOf(flow, data)
  const steps = flow.steps
    .filter(step => step.alwaysAsked || taken.includes(step))
    .flatMap(step => fieldsOfStep(flow, step).filter(asked))
  const route =
    taken.length > 0 || flow.steps.length === 0
      ? []
      : [
          {
            field: fieldsRead(flow.steps[0]?.when ?? { all: [] })[0] ?? '',
            message: 'Aucune étape n’est choisie : cocher au moins une étape du cheminement.',
          },
        ]
  return [...problemsOfFields(flow, [...first, ...steps], data, today), ...sizeProblem(flow, data), ...route]
}

/**
 * Faults in the values given, whatever is still missing: what an edition refuses. A draft may be incomplete, it may not be
 * wrong.
 */
export const inputProblems = (
  flow: CompiledFlow,
  document: Document,
  values: Readonly<Record<string, unknown>>,
  now: Date,
): readonly Problem[] => {
  const editable = editableFields(flow, document)
  const today = localDay(now)
  return Object.entries(values).flatMap(([name, value]) => {
    const field = flow.fields[name]
    if (!field) return [{ field: name, message: `Le champ « ${name} » n'existe pas dans ce flux.` }]
    if (!editable.has(name)) return [{ field: name, message: notEditable(flow, document, field) }]
    return valueProblems(field, value ?? undefined, today, document.state === DRAFT ? 'valid' : 'complete')
  })
}

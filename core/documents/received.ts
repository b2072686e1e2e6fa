import type { InboxActions, InboxForm } from '../authoring/connectors.ts'
import { localDay } from '../authoring/days.ts'
import type { FieldSpec } from '../authoring/fields.ts'
import { isBuiltIn, mayAsk, mayDo } from '../engine/availability.ts'
import type { Event } from '../engine/events.ts'
import { defaults, problems } from '../engine/form.ts'
import { filesHeld, isEmpty } from '../engine/inputs.ts'
import type { CompiledField, CompiledFlow, Document, Entry, Move } from '../engine/model.ts'
import { blank, settle } from '../engine/settle.ts'
import { fromText } from '../engine/texts.ts'
import { problemOf } from '../engine/values.ts'
import { Problem } from '../errors.ts'
import type { StoredFiles } from '../files/files.ts'
import type { FlowRegistry } from '../flows/registry.ts'
import { NOT_ALLOWED } from './views.ts'
import { newDocumentId } from './ids.ts'

type Values = Readonly<Record<string, unknown>>

/** The flow that an outsider designates, by its identifier or by its name in Pastell. */
export const flowNamed = (flows: FlowRegistry, name: string): CompiledFlow | undefined =>
  flows.current(name) ?? flows.list().find(flow => flow.stored.pastell === name)

export const formOf = ({ id, label, fields }: CompiledFlow): InboxForm => ({ id, label, fields })

/** What is kept of what was received, and a sentence for each thing that is not. */
export interface Accepted {
  readonly values: Values
  readonly remarks: readonly string[]
}

export const fieldFor = (flow: CompiledFlow, name: string): CompiledField | undefined =>
  flow.fields[name] ?? Object.values(flow.fields).find(field => field.options.pastell === name)

/** A list for a field of several files, one file for a field of one: the outsider need not know which it is. */
const asHeld = (field: FieldSpec, value: unknown): unknown => {
  if (field.kind === 'files') return [value].flat()
  return field.kind === 'file' && Array.isArray(value) && value.length === 1 ? (value as readonly unknown[])[0] : value
}

/** Sorts what an outsider gives between what the flow takes and what it does not. */
export const accept = (flow: CompiledFlow, received: Values, now: Date): Accepted => {
  const values: Record<string, unknown> = {}
  const remarks: string[] = []
  for (const [name, given] of Object.entries(received)) {
    if (isEmpty(given)) continue
    const field = fieldFor(flow, name)
    // What a step computes is proof of what that step did: nobody else writes it.
    if (!field || (field.step !== undefined && field.options.computed)) {
      remarks.push(`Le champ « ${name} » n'existe pas dans « ${flow.label} » : il n'a pas été repris.`)
      continue
    }
    const value = typeof given === 'string' ? fromText(field, given) : asHeld(field, given)
    const message = problemOf(field, value, localDay(now))
    if (message === undefined) values[field.name] = value
    else remarks.push(`Valeur non reprise : ${message}`)
  }
  return { values, remarks }
}

/** Runs the readers of the files received (a PES fills its own form), as when an agent deposits them. */
export const extracted = async (
  flow: CompiledFlow,
  { values, remarks }: Accepted,
  { flows, files }: { readonly flows: FlowRegistry; readonly files: Pick<StoredFiles, 'open'> },
): Promise<Accepted> => {
  let read: Values = {}
  const more: string[] = []
  for (const [name, value] of Object.entries(values)) {
    const extract = flows.extractorOf(flow.id, name)
    if (!extract) continue
    for (const file of filesHeld(value))
      try {
        read = { ...read, ...(await extract(files.open(file), file)) }
      } catch (error) {
        if (!(error instanceof Problem)) throw error
        more.push(`« ${file.name} » n'a pas pu être lu : ${error.message}`)
      }
  }
  return { values: { ...read, ...values }, remarks: [...remarks, ...more] }
}

/** Pastell's word for « send the form on its way ». */
const SYNONYMS: Readonly<Record<string, string>> = { orientation: 'envoyer' }

/** Who gives what is received: the machinery, which holds no right of a person, or somebody. */
export interface Giver {
  readonly by: string | undefined
  may(verb: string): boolean
}

const MACHINERY: Giver = { by: undefined, may: () => true }

const eventFor = (flow: CompiledFlow, name: string, by: string | undefined): Event | undefined => {
  const action = SYNONYMS[name] ?? name
  if (action === 'envoyer') return { is: 'sent', by }
  if (isBuiltIn(action)) return undefined
  const task = flow.tasks[action] ?? Object.values(flow.tasks).find(({ pastell }) => pastell === action)
  return task && { is: 'asked', task: task.name, by }
}

const allowed = (flow: CompiledFlow, document: Document, event: Event, giver: Giver, now: Date): true | string => {
  if (event.is === 'sent') return mayDo(flow, document, 'envoyer', now)
  const task = event.is === 'asked' ? flow.tasks[event.task] : undefined
  if (task?.definition.can !== undefined && !giver.may(task.definition.can)) return NOT_ALLOWED
  return task ? mayAsk(flow, document, task, now) : true
}

const line = (message: string, { by }: Giver): Entry => ({ kind: 'error', event: 'reception', message, by })

/** The document as it was left by what came before, with its lines of journal added up. */
const after = (before: Move, next: Move): Move => ({ ...next, entries: [...before.entries, ...next.entries] })

/**
 * What follows the reception, in the same move: remarks in the journal, then the action that the validity of the form selects. An action
 * that is unknown or refused leaves the document in draft, and the journal says why.
 */
export const follow = (
  flow: CompiledFlow,
  created: Move,
  remarks: readonly string[],
  then: InboxActions | undefined,
  now: Date,
  giver: Giver = MACHINERY,
): Move => {
  const told: Move = { ...created, entries: [...created.entries, ...remarks.map(each => line(each, giver))] }
  const say = (message: string): Move => ({
    ...told,
    document: { ...told.document, message },
    entries: [...told.entries, line(message, giver)],
  })
  if (!then) return told
  const [problem] = problems(flow, created.document.data, now)
  const action = problem && !then.evenIfInvalid ? then.whenInvalid : then.whenValid
  const why = problem ? `Le formulaire est à compléter : ${problem.message}` : undefined
  if (!action) return why === undefined ? told : say(why)
  const event = eventFor(flow, action, giver.by)
  if (!event) return say(`L'action « ${action} » n'existe pas dans « ${flow.label} ».${why ? ` ${why}` : ''}`)
  const answer = allowed(flow, created.document, event, giver, now)
  if (answer !== true) return say(`L'action « ${action} » n'a pas été faite : ${answer}.`)
  return after(told, settle(flow, told.document, event, now))
}

/** A document made of what arrives from elsewhere: read, converted, told, and put on its way. Nothing is stored. */
export const arrival = async (
  flow: CompiledFlow,
  entityId: string,
  found: { readonly values: Values; readonly message?: string | undefined; readonly then?: InboxActions | undefined },
  {
    flows,
    files,
    now,
    remarks = [],
  }: {
    readonly flows: FlowRegistry
    readonly files: Pick<StoredFiles, 'open'>
    readonly now: Date
    /** More to tell in its journal. */
    readonly remarks?: readonly string[]
  },
): Promise<Move> => {
  const accepted = await extracted(flow, accept(flow, found.values, now), { flows, files })
  const document = blank(flow, { id: newDocumentId(), entityId }, { ...defaults(flow, now), ...accepted.values }, now)
  const told = found.message === undefined ? {} : { message: found.message }
  const created = settle(flow, document, { is: 'created', ...told }, now)
  return follow(flow, created, [...remarks, ...accepted.remarks], found.then, now)
}

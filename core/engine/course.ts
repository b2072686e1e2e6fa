import { pauseAfter } from '../authoring/durations.ts'
import type { Paces } from './events.ts'
import type { Written } from '../authoring/steps.ts'
import { fieldsOf, isTaken, stepNamed, stepsAfter } from './inputs.ts'
import { DONE } from './model.ts'
import type { CompiledFlow, CompiledTask, Document, Due, Entry } from './model.ts'

/** A move being computed: what it is decided with, the document so far, and the lines it adds to the journal. */
export interface Draft {
  readonly flow: CompiledFlow
  readonly now: Date
  readonly paces: Paces
  document: Document
  readonly entries: Entry[]
}

export const plus = (date: Date, ms: number) => new Date(date.getTime() + ms)

/** @throws Error on a name that the flow does not have: a fault of ours, never of an agent */
export const taskNamed = (flow: CompiledFlow, name: string): CompiledTask => {
  const task = flow.tasks[name]
  if (!task) throw new Error(`Le flux « ${flow.id} » n'a pas de tâche « ${name} ».`)
  return task
}

/** First date at which the task that runs by itself in a state is due: at once, or after its first pause when it polls. */
export const dueIn = ({ flow, now, paces }: Draft, state: string): Due | undefined => {
  const name = flow.states[state]?.automatic
  if (name === undefined) return undefined
  const task = taskNamed(flow, name)
  const pace = paces.polling(task) ?? task.definition.every
  return {
    task: name,
    at: task.definition.every === undefined || pace === undefined ? now : plus(now, pauseAfter(pace, 0)),
    tries: 0,
    failures: 0,
  }
}

/**
 * A new journey starts after this step (`undefined`: from the draft): what its steps will compute is not known any more, save what they
 * declare lasting. Without this, a document reopened and sent again would show yesterday's acknowledgement as today's.
 */
export const forgetAfter = (flow: CompiledFlow, document: Document, after: string | undefined): Document => {
  const aliases = new Set(stepsAfter(flow, after).map(step => step.alias))
  const kept = Object.entries(document.data).filter(([name]) => {
    const field = flow.fields[name]
    if (!field?.options.computed || field.options.lasting) return true
    return field.step === undefined || !aliases.has(field.step)
  })
  return { ...document, data: Object.fromEntries(kept) }
}

/** First state of the next step that the boxes select after this one (`undefined`: from the start), or the end. */
export const next = (flow: CompiledFlow, data: Document['data'], after: string | undefined): string =>
  stepsAfter(flow, after).find(step => isTaken(step, data))?.initial ?? DONE

/** One passage more through a task: the key of its next sending differs from the last one. */
export const passedOnce = ({ passages }: Document, task: string): Document['passages'] => ({
  ...passages,
  [task]: (passages[task] ?? 0) + 1,
})

/** The document named after its title field, or its id while that is empty. */
export const withTitle = (flow: CompiledFlow, document: Document): Document => {
  const value = flow.title === undefined ? undefined : document.data[flow.title]
  const title =
    typeof value === 'object' && value !== null && 'name' in value
      ? String(value.name)
      : typeof value === 'string'
        ? value
        : ''
  return { ...document, title: title.trim().replaceAll(/\s+/gu, ' ').slice(0, 500) || document.id }
}

/**
 * Enters a state and follows the chain of states that need nobody: one commit per move, however many states it crosses.
 */
export const enter = (draft: Draft, first: string, message: string | undefined, by: string | undefined) => {
  const { flow, now } = draft
  let state = first
  let said = message
  for (let crossed = 0; ; crossed += 1) {
    // A `resume` into a chain that resumes again would never end; no flow written so far can, an imported one might.
    if (crossed > flow.steps.length * 20 + 20)
      throw new Error(`Le flux « ${flow.id} » tourne en rond autour de « ${state} ».`)
    const compiled = flow.states[state]
    if (!compiled) throw new Error(`Le flux « ${flow.id} » n'a pas d'état « ${state} ».`)
    const { document } = draft
    draft.document = {
      ...document,
      state,
      stateSince: now,
      trail: [...document.trail, { state, at: now }],
      message: said ?? '',
      due: undefined,
      inFlight: undefined,
      waitingFor: undefined,
      back:
        compiled.kind === 'trouble' || compiled.kind === 'uncertain' || document.back?.task === undefined
          ? document.back
          : document.back.under,
    }
    draft.entries.push({ kind: 'state', event: state, message: said ?? compiled.label, by })
    said = undefined
    if (compiled.ends === 'resume') {
      const { back } = draft.document
      const target = back?.state ?? DONE
      draft.document = { ...draft.document, back: back?.under }
      state = target
      // Where it comes back to has no other way to explain itself.
      said = back?.message || undefined
      continue
    }
    if (compiled.ends === 'next' && compiled.step !== undefined && !stepNamed(flow, compiled.step).manual) {
      state = next(flow, draft.document.data, compiled.step)
      continue
    }
    draft.document = { ...draft.document, due: dueIn(draft, state) }
    return
  }
}

/** The document with what a task wrote, under the full names of its step. */
export const write = (
  flow: CompiledFlow,
  document: Document,
  task: Pick<CompiledTask, 'name' | 'step'>,
  written: Written,
): Document => {
  const values = typeof written === 'function' ? written(fieldsOf(stepNamed(flow, task.step), document.data)) : written
  const unknown = Object.keys(values).filter(name => !flow.fields[`${task.step}.${name}`])
  if (unknown.length > 0)
    throw new Error(`La tâche « ${task.name} » écrit des champs que son étape ne déclare pas : ${unknown.join(', ')}.`)
  const full = Object.fromEntries(Object.entries(values).map(([name, value]) => [`${task.step}.${name}`, value]))
  return { ...document, data: { ...document.data, ...full } }
}

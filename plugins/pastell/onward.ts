import { DRAFT, holds, type CompiledFlow, type CompiledStep, type Document } from '#core'
import { catalogued } from './catalogue/catalogue.ts'
import { namesOf } from './names.ts'

/** Where the document goes when somebody sends it, or sends it on; past a step that may pass it by, the one after as well. */
const nextSteps = (flow: CompiledFlow, { state, data }: Pick<Document, 'state' | 'data'>): readonly CompiledStep[] => {
  const here = state === DRAFT ? -1 : flow.steps.findIndex(step => step.alias === flow.states[state]?.step)
  if (state !== DRAFT && here === -1) return []
  const taken = flow.steps.slice(here + 1).filter(({ when }) => when === undefined || holds(when, data))
  const fresh = taken.findIndex(step => !mayPassBy(flow, step))
  return fresh < 0 ? taken : taken.slice(0, fresh + 1)
}

/**
 * Does the document rest where Pastell goes on as from a draft? A stop that bears the name of the job that leads there is work done,
 * not a refusal: `deposer-pdf`, whose reading an agent completes before sending.
 */
export const goesOnAsDraft = (flow: CompiledFlow, { state }: Pick<Document, 'state'>): boolean => {
  const here = flow.states[state]
  return (
    here?.kind === 'stopped' &&
    here.pastell !== undefined &&
    Object.values(flow.tasks).some(
      ({ step, trigger, pastell }) => step === here.step && trigger === 'job' && pastell === here.pastell,
    )
  )
}

/** A step that has nothing to do for some documents goes on without a name of Pastell: what follows may be asked for at once. */
const mayPassBy = (flow: CompiledFlow, { alias, initial }: CompiledStep): boolean =>
  (flow.tasks[flow.states[initial]?.automatic ?? '']?.to ?? []).some(name => {
    const state = flow.states[name]
    return state?.step === alias && state.ends === 'next' && state.pastell === undefined
  })

/**
 * Names that stand for « Envoyer » and « Poursuivre » where the document is. Folder types from before the studio have no button for
 * these: their clients ask for what the next step does (`send-tdt`, `send-ged`), and the document goes there.
 */
export const onwardNames = (flow: CompiledFlow, given: Pick<Document, 'state' | 'data'>): readonly string[] => {
  const document = goesOnAsDraft(flow, given) ? { ...given, state: DRAFT } : given
  const names = namesOf(flow)
  const theirs = catalogued(names.flow)
  if (theirs?.studio !== false) return []
  const nexts = nextSteps(flow, document)
  const works = Object.values(flow.tasks).filter(
    task =>
      nexts.some(next => next.alias === task.step) && task.trigger !== 'agent' && task.definition.every === undefined,
  )
  const askable = new Set(theirs.actions.filter(action => !action.systemOnly).map(action => action.id))
  const ours = works.flatMap(task => [
    ...(task.pastell === undefined ? [] : [names.action(task.name)]),
    // There a state is an action: what is waited for may be asked for by its name.
    ...[...task.from, ...task.to].map(state => names.state(state)).filter(name => askable.has(name)),
  ])
  return [...new Set(ours)]
}

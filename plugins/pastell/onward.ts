import { DRAFT, holds, type CompiledFlow, type CompiledStep, type Document } from '#core'
import { catalogued } from './catalogue/catalogue.ts'
import { namesOf } from './names.ts'

/** The step where the document goes when somebody sends it, or sends it on. */
const nextStep = (flow: CompiledFlow, { state, data }: Pick<Document, 'state' | 'data'>): CompiledStep | undefined => {
  const here = state === DRAFT ? -1 : flow.steps.findIndex(step => step.alias === flow.states[state]?.step)
  if (state !== DRAFT && here === -1) return undefined
  return flow.steps.slice(here + 1).find(({ when }) => when === undefined || holds(when, data))
}

/**
 * Names that stand for « Envoyer » and « Poursuivre » where the document is. Folder types from before the studio have no button for
 * these: their clients ask for what the next step does (`send-tdt`, `send-ged`), and the document goes there.
 */
export const onwardNames = (flow: CompiledFlow, document: Pick<Document, 'state' | 'data'>): readonly string[] => {
  const names = namesOf(flow)
  if (catalogued(names.flow)?.studio !== false) return []
  const next = nextStep(flow, document)
  const works = Object.values(flow.tasks).filter(
    task => task.step === next?.alias && task.trigger !== 'agent' && task.definition.every === undefined,
  )
  return [...new Set(works.filter(task => task.pastell !== undefined).map(task => names.action(task.name)))]
}

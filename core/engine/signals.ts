import type { DocumentContents, Files } from '../authoring/context.ts'
import type { AnyTask, Goto, Stay, Written } from '../authoring/steps.ts'
import { fieldsOf, inputsOf, stepNamed } from './inputs.ts'
import type { CompiledFlow, Document } from './model.ts'

/** What steps are given to say where the document goes. */
export const goto = (state: string, values: Written = {}, message?: string): Goto => ({
  outcome: 'goto',
  state,
  values,
  message,
})

/** Has the document come to where this signal means something? */
const isHeard = (flow: CompiledFlow, document: Document, name: string): boolean => {
  const signal = flow.signals[name]
  if (!signal) return false
  return (
    signal.from.includes(document.state) ||
    (signal.since !== undefined && document.trail.some(stop => stop.state === signal.since))
  )
}

/**
 * The signal of this short name that a document hears where it is: of the step that waits for it first, else of the first that has come to
 * where it means something.
 * @returns its full name
 */
export const listening = (flow: CompiledFlow, document: Document, name: string): string | undefined => {
  const heard = flow.steps.map(({ alias }) => `${alias}.${name}`).filter(full => isHeard(flow, document, full))
  return heard.find(full => flow.signals[full]?.from.includes(document.state)) ?? heard[0]
}

/**
 * What a step makes of something that happened outside. Nothing is stored: the outcome goes to `settle`, with the same document.
 * @param name full name of the signal
 * @returns a French sentence when it is refused
 */
export const outcomeOf = async (
  flow: CompiledFlow,
  document: Document,
  name: string,
  payload: Readonly<Record<string, unknown>>,
  world: { readonly now: Date; readonly files: Files; contents(): Promise<DocumentContents> },
): Promise<Goto | Stay | string> => {
  const signal = flow.signals[name]
  if (!signal || !isHeard(flow, document, name)) return 'ce document ne l’attend pas dans son état actuel'
  const step = stepNamed(flow, signal.step)
  return signal.definition.receive(
    {
      inputs: inputsOf(step, document.data),
      data: fieldsOf(step, document.data),
      payload,
      now: world.now,
      document: { id: document.id, contents: () => world.contents() },
      files: world.files,
    },
    goto as Parameters<AnyTask['run']>[1],
  )
}

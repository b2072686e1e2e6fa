import type { Event } from '../../engine/events.ts'
import type { Back, CompiledFlow, CompiledState, Document } from '../../engine/model.ts'
import type { FlowFault } from '../../engine/compile.ts'
import { ABANDONED } from '../../engine/model.ts'
import type { LiveFlow } from '../registry.ts'
import { renamedPlace } from '../place.ts'

/** State of an older version → state of the current one, for those that are gone. */
export type StateMoves = Readonly<Record<string, string>>

/** From the version that documents follow to the current one. */
export interface Passage {
  /** The version that the documents follow. */
  readonly from: number
  /** What that version is read as: itself, or the current one when the steps have moved on and it cannot run. */
  readonly before: CompiledFlow
  readonly after: CompiledFlow
  readonly carry: Pick<LiveFlow, 'upgrade' | 'renamed'>
}

const stepIdOf = (flow: CompiledFlow, alias: string | undefined): string | undefined =>
  flow.steps.find(step => step.alias === alias)?.definition.id

/**
 * What a state of the version before is called in the current one; `undefined`: it is gone. Another step under the same name is another
 * step, though its states be called the same.
 */
export const stateAfter = ({ before, after, carry }: Passage, state: string): string | undefined => {
  const name = carry.renamed(state, before.version)
  const [known, kept] = [before.states[state], after.states[name]]
  if (!kept) return undefined
  if (known === undefined) return before === after ? name : undefined
  return stepIdOf(before, known.step) === stepIdOf(after, kept.step) ? name : undefined
}

/** May a document be put there? It must rest: nothing leaves by itself, nothing is owed to what came before. */
export const isAtRest = (flow: CompiledFlow, { name, kind, automatic, ends, step }: CompiledState): boolean => {
  if (name === ABANDONED || kind === 'trouble' || kind === 'uncertain' || automatic !== undefined) return false
  if (ends === 'resume') return false
  return ends !== 'next' || (flow.steps.find(each => each.alias === step)?.manual ?? false)
}

/** What is wrong with the moves that an administrator asks for. */
export const movesFaults = (after: CompiledFlow, moves: StateMoves): readonly FlowFault[] =>
  Object.entries(moves).flatMap(([from, to]): readonly FlowFault[] => {
    const target = after.states[to]
    if (target && isAtRest(after, target)) return []
    return [
      {
        at: `/states/${from}`,
        message: target
          ? `« ${target.label} » (${to}) n'est pas un état de repos : un document n'y reste pas, ou l'étape y attend la réponse d'un envoi qui n'a pas eu lieu. En choisir un autre.`
          : `L'état « ${to} » n'existe pas dans la version ${after.version} : en choisir un autre.`,
      },
    ]
  })

const backIsKnown = (flow: CompiledFlow, back: Back | undefined): boolean =>
  back === undefined ||
  (Object.hasOwn(flow.states, back.state) &&
    (back.task === undefined || Object.hasOwn(flow.tasks, back.task)) &&
    backIsKnown(flow, back.under))

/** Said of documents that stay, for each state. */
export const goneSentence = ({ from, before, after }: Passage, state: string): string =>
  before.version === from
    ? `L'état « ${before.states[state]?.label ?? state} » n'existe plus dans la version ${after.version} : ces documents restent dans la version ${from} et y finissent, sauf si vous choisissez où les placer.`
    : `L'état « ${state} » n'existe plus, et la version ${from} ne peut plus se suivre avec les étapes installées : choisissez où placer ces documents.`

/**
 * What becomes of a document that is brought to the current version: the event that does it, or the sentence that says why it stays.
 * Pure.
 * @param by account of the administrator
 */
export const passageOf = (
  passage: Passage,
  document: Document,
  moves: StateMoves,
  by: string | undefined,
): Event | string => {
  const { before, after, carry } = passage
  if (document.inFlight) return 'Un envoi est en cours : recommencer quand sa réponse sera connue.'
  const asked = Object.hasOwn(moves, document.state) ? moves[document.state] : undefined
  const kept = stateAfter(passage, document.state)
  const into = kept === undefined ? asked : undefined
  const state = kept ?? into
  if (state === undefined) return goneSentence(passage, document.state)
  const place = renamedPlace(document, name => carry.renamed(name, before.version))
  if (into === undefined && !backIsKnown(after, place.back))
    return "L'étape qu'il doit reprendre n'existe plus dans cette version : régler d'abord l'erreur ou l'interruption."
  if (into === undefined && place.due && !Object.hasOwn(after.tasks, place.due.task))
    return "Ce qui lui reste à faire n'existe plus dans cette version : attendre que ce soit fait."
  const moved =
    into === undefined
      ? ''
      : ` ; l'état « ${before.states[document.state]?.label ?? document.state} » n'y est plus, placé dans « ${after.states[into]?.label ?? into} »`
  return {
    is: 'upgraded',
    as: { ...place, state, data: carry.upgrade(document.data, before.version), flowVersion: after.version },
    into,
    message: `Passé de la version ${passage.from} à la version ${after.version} du flux${moved}`,
    by,
  }
}

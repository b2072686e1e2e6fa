import type { CompiledFlow, CompiledState, Document } from '../engine/model.ts'
import { EVERYTHING, TROUBLES, UNCERTAIN } from './model.ts'

/** Something that can be subscribed to. */
export interface EventChoice {
  readonly event: string
  readonly label: string
  /** What most people want, ticked to begin with. */
  readonly proposed: boolean
}

/** A state that the machinery leaves at once tells nobody anything: « Préparation de l'envoi ». */
const isPassing = (flow: CompiledFlow, { kind, automatic }: CompiledState): boolean =>
  kind === 'running' && automatic !== undefined && flow.tasks[automatic]?.definition.every === undefined

export const statesToTell = (flow: CompiledFlow): readonly CompiledState[] =>
  Object.values(flow.states).filter(state => !isPassing(flow, state))

const COMMON: readonly EventChoice[] = [
  { event: TROUBLES, label: 'Une étape a échoué', proposed: true },
  { event: UNCERTAIN, label: 'Un envoi est à confirmer', proposed: true },
  { event: EVERYTHING, label: 'Tous les changements d’état', proposed: false },
]

/** @param flow its own states are proposed after what is common to all */
export const eventChoices = (flow: CompiledFlow | undefined): readonly EventChoice[] => [
  ...COMMON,
  ...(flow ? statesToTell(flow).map(({ name, label }): EventChoice => ({ event: name, label, proposed: false })) : []),
]

/** What people read of an event. */
export const eventLabel = (flow: CompiledFlow | undefined, event: string): string =>
  COMMON.find(each => each.event === event)?.label ?? flow?.states[event]?.label ?? event

/** An event of a move, as subscriptions name it, and the state to tell. `rank`: the later it was reached, the greater. */
export interface MoveEvent {
  readonly event: string
  readonly label: string
  readonly rank: number
}

/** The states that this very move reached, under every name by which they may be subscribed to. */
export const eventsOf = (flow: CompiledFlow, { trail, updatedAt }: Document): readonly MoveEvent[] => {
  const told = new Set(statesToTell(flow))
  return trail.flatMap(({ state: name, at }, rank) => {
    const state = flow.states[name]
    if (at.getTime() !== updatedAt.getTime() || !state || !told.has(state)) return []
    const events = [name, EVERYTHING]
    if (state.kind === 'trouble') events.push(TROUBLES)
    if (state.kind === 'uncertain') events.push(UNCERTAIN)
    return events.map(event => ({ event, label: state.label, rank }))
  })
}

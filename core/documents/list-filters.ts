import type { CompiledFlow, CompiledState } from '../engine/model.ts'
import { LONGEST_INDEXED } from './traces.ts'

/** What a state means for whoever looks for work to do. */
export const SORTS = ['brouillon', 'enCours', 'attente', 'erreur', 'termine'] as const
export type StateSort = (typeof SORTS)[number]

/** `attente`: nothing moves the document but a person, errors included; `enCours`: it moves by itself. */
const sortsOf = ({ kind, automatic }: CompiledState): readonly StateSort[] => {
  switch (kind) {
    case 'draft':
      return ['brouillon']
    case 'trouble':
      return ['erreur', 'attente']
    case 'uncertain':
    case 'over':
      return ['attente']
    case 'running':
      return [automatic === undefined ? 'attente' : 'enCours']
    case 'done':
    case 'stopped':
    case 'abandoned':
      return ['termine']
  }
}

export interface StateOfFlow {
  readonly flow: string
  readonly state: string
}

/** The states of these flows that are of a sort. */
export const statesOfSort = (flows: readonly CompiledFlow[], sort: StateSort): readonly StateOfFlow[] =>
  flows.flatMap(flow =>
    Object.values(flow.states).flatMap(state =>
      sortsOf(state).includes(sort) ? [{ flow: flow.id, state: state.name }] : [],
    ),
  )

/** A value looked for in an indexed field: as a whole, or by its beginning when it ends with `*`. */
export interface IndexedWanted {
  readonly field: string
  readonly value: string
}

/** A condition of the list, in SQL. */
export interface Condition {
  readonly sql: string
  readonly bindings: readonly unknown[]
}

export const isBeginning = ({ value }: IndexedWanted): boolean => value.endsWith('*')

/** As the index holds it. */
export const keyWanted = ({ value }: IndexedWanted): string => value.trim().slice(0, LONGEST_INDEXED)

export const heldCondition = (wanted: IndexedWanted): Condition => {
  const { field, value } = wanted
  const beginning = value.slice(0, -1).replaceAll(/[\\%_]/gu, sign => `\\${sign}`)
  return {
    sql: `exists (select from document_index h where h.entity_id = d.entity_id and h.document_id = d.id
            and h.field = ? and h.value ${isBeginning(wanted) ? 'like' : '='} ?)`,
    bindings: [field, isBeginning(wanted) ? `${beginning}%` : keyWanted(wanted)],
  }
}

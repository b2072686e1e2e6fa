import type { CompiledFlow } from '#core'
import { actionsOf, fieldsOf } from '../flux-definition.ts'
import { namesOf } from '../names.ts'
import type { CatalogueFlow } from './catalogue.ts'
import { DIFFERENCES, type Difference } from './differences.ts'

export type Kind = 'champ' | 'état' | 'action'
export const KINDS: readonly Kind[] = ['champ', 'état', 'action']

/** Possible in every folder type of Pastell, declared by none. */
const ABANDON = 'fatal-error'

/** What separates a flow from the folder type of its name. */
export interface Comparison {
  readonly flow: string
  /** Of Pastell, not answered here, and nobody said why: what is left to do. */
  readonly missing: Readonly<Record<Kind, readonly string[]>>
  /** Not answered here on purpose, each with its reason. */
  readonly different: Readonly<Record<Kind, readonly Difference[]>>
  /** Ours alone: a client of Pastell ignores them. */
  readonly extra: Readonly<Record<Kind, readonly string[]>>
  /** Differences announced for what is answered after all. */
  readonly needless: readonly Difference[]
}

/** Public names that the front answers for a flow: what `/flux` says of it, and the states that its lists understand. */
const answered = (flow: CompiledFlow): Readonly<Record<Kind, ReadonlySet<string>>> => {
  const names = namesOf(flow)
  return {
    champ: new Set(fieldsOf(flow).keys()),
    état: new Set([
      ...Object.keys(flow.states).map(state => names.state(state)),
      ...Object.keys(flow.states).map(state => names.state(state, false)),
    ]),
    action: new Set(actionsOf(flow).keys()),
  }
}

/** Public names of Pastell. An action that is a state too is counted as a state; as an action, when somebody may ask for it. */
const wanted = ({ fields, actions }: CatalogueFlow): Readonly<Record<Kind, readonly string[]>> => ({
  champ: fields.map(field => field.id),
  état: actions.filter(action => action.state).map(action => action.id),
  action: actions.filter(action => !action.state || !action.systemOnly).map(action => action.id),
})

const concerns = (difference: Difference, { id }: CatalogueFlow, kind: Kind, name: string): boolean =>
  difference.kind === kind &&
  difference.names.includes(name) &&
  (difference.flows === 'tous' || difference.flows.includes(id))

const byKind = <T>(each: (kind: Kind) => readonly T[]): Readonly<Record<Kind, readonly T[]>> => ({
  champ: each('champ'),
  état: each('état'),
  action: each('action'),
})

/** Compares what the front answers for a flow with the folder type of Pastell. Pure. */
export const compare = (
  flow: CompiledFlow,
  theirs: CatalogueFlow,
  differences: readonly Difference[] = DIFFERENCES,
): Comparison => {
  const [ours, names] = [answered(flow), wanted(theirs)]
  const reasons = (kind: Kind, name: string) => differences.filter(each => concerns(each, theirs, kind, name))
  const absent = (kind: Kind) => names[kind].filter(name => !ours[kind].has(name))
  return {
    flow: theirs.id,
    missing: byKind(kind => absent(kind).filter(name => reasons(kind, name).length === 0)),
    different: byKind(kind =>
      absent(kind).flatMap(name => reasons(kind, name).map(each => ({ ...each, names: [name] }))),
    ),
    extra: byKind(kind => {
      const known = new Set([
        ...names[kind],
        ...(kind === 'champ' ? [] : theirs.actions.map(action => action.id)),
        ABANDON,
      ])
      return [...ours[kind]].filter(name => !known.has(name))
    }),
    needless: differences.filter(
      each =>
        each.flows !== 'tous' &&
        each.flows.includes(theirs.id) &&
        each.names.every(name => ours[each.kind].has(name) || !names[each.kind].includes(name)),
    ),
  }
}

export const isComplete = ({ missing }: Comparison): boolean => KINDS.every(kind => missing[kind].length === 0)

import {
  ABANDONED,
  DONE,
  DRAFT,
  holderAmong,
  mayShareName,
  type CompiledField,
  type CompiledFlow,
  type CompiledStep,
  type StateWanted,
} from '#core'

/** State of a draft that nobody has changed yet, then of a draft. */
export const CREATED = 'creation'
export const CHANGED = 'modification'

/** Actions that every flow has, and ours: several when Pastell has one button for several situations. */
const ACTIONS: readonly (readonly [string, readonly string[]])[] = [
  ['supression', ['supprimer']],
  ['orientation', ['envoyer', 'poursuivre']],
  ['reouverture', ['rouvrir']],
  ['fatal-error', ['abandonner']],
  ['confirmer', ['confirmer']],
]

/** The texts that stand for the types of pieces (pastell-api.md §10). */
export type PiecePart = 'shown' | 'acte' | 'annexes' | 'file'
const PIECE_PARTS: readonly (readonly [string, PiecePart])[] = [
  ['type_piece', 'shown'],
  ['type_acte', 'acte'],
  ['type_pj', 'annexes'],
  ['type_piece_fichier', 'file'],
]

/** Second names of Pastell for one field of ours: there, each kind of signature book has its own. */
const ALIASES: Readonly<Record<string, string>> = { iparapheur_sous_type: 'fast_parapheur_circuit' }

/** A field that a Pastell name stands for; `part` when it is one of the texts of the types of pieces. */
export interface NamedField {
  readonly name: string
  readonly field: CompiledField
  readonly part?: PiecePart
  /** Computed by the steps, under the same name: shown instead, once filled. */
  readonly computed?: readonly CompiledField[]
}

/** The field whose value stands under a name today; what is written goes to `named.field`, whatever it is. */
export const heldUnder = (named: NamedField, values: Readonly<Record<string, unknown>>): CompiledField =>
  holderAmong([named.field, ...(named.computed ?? [])], field => values[field.name]) ?? named.field

/** Between a flow and the names that Pastell's clients use for it. */
export interface FlowNames {
  /** Of the folder type. */
  readonly flow: string
  /** What ends every name of a step: nothing, or its rank among those of its kind. */
  suffix(step: string): string
  /** Every field in the order of the form. */
  readonly fields: readonly NamedField[]
  /** By its Pastell name; our full names are understood too. */
  field(name: string): NamedField | undefined
  state(state: string, changed?: boolean): string
  /** Ours that this name stands for; none when it is unknown. */
  statesNamed(name: string): readonly StateWanted[]
  action(action: string): string
  /** Ours that this name stands for, in the order they come up. */
  actionsNamed(name: string): readonly string[]
}

/** `_2` for the second step of its kind, `_1` for the first when there is a second (pastell-domain.md §9.4). */
const suffixes = (flow: CompiledFlow): ReadonlyMap<string, string> => {
  const rank = (step: CompiledStep) => {
    const same = flow.steps.filter(each => each.definition.id === step.definition.id)
    return same.length > 1 ? `_${same.indexOf(step) + 1}` : ''
  }
  return new Map(flow.steps.map(step => [step.alias, rank(step)]))
}

/** A name that the flow gave where it placed the step is to the letter: no suffix. */
const isExact = (flow: CompiledFlow, what: 'fields' | 'states' | 'tasks', full: string): boolean => {
  const [alias, name] = full.split('.', 2)
  return flow.steps.find(step => step.alias === alias)?.pastell[`${what}.${name}`] !== undefined
}

const withoutDot = (name: string) => name.replaceAll('.', '_')

/** `type_piece_lettre_observation` → `type_acte_lettre_observation`…; the file is one for all. */
const piecePartsOf = (own = 'type_piece') => {
  const kind = own.slice('type_piece'.length)
  return PIECE_PARTS.map(([name, part]) => [part === 'file' ? name : `${name}${kind}`, part] as const)
}

const fieldsOf = (flow: CompiledFlow, suffixOf: (step: string | undefined) => string): readonly NamedField[] => {
  const taken = new Map<string, NamedField>()
  for (const field of Object.values(flow.fields)) {
    const suffix = isExact(flow, 'fields', field.name) ? '' : suffixOf(field.step)
    const own = field.options.pastell
    const parts: readonly (readonly [string, PiecePart | undefined])[] =
      field.kind === 'pieceTypes' ? piecePartsOf(own) : [[own ?? '', undefined]]
    for (const [base, part] of parts) {
      const wanted = base === '' ? withoutDot(field.name) : `${base}${suffix}`
      const first = taken.get(wanted)
      if (first && mayShareName(first.field, field))
        taken.set(wanted, { ...first, computed: [...(first.computed ?? []), field] })
      else {
        // Two steps of different kinds may use one name (the « bordereau » of both TdT): the first one keeps it.
        const name = first ? withoutDot(part ? `${field.name}_${part}` : field.name) : wanted
        taken.set(name, { name, field, ...(part ? { part } : {}) })
      }
    }
  }
  return [...taken.values()]
}

const statesOf = (flow: CompiledFlow, suffixOf: (step: string | undefined) => string): ReadonlyMap<string, string> => {
  const own = (name: string): string | undefined => {
    const state = flow.states[name]
    if (state?.pastell === undefined) return undefined
    return isExact(flow, 'states', name) ? state.pastell : `${state.pastell}${suffixOf(state.step)}`
  }
  /** A moment that Pastell does not tell from the one before keeps the name of the latter. */
  const before = (name: string, seen: readonly string[]): string | undefined => {
    if (flow.states[name]?.kind !== 'running' || seen.includes(name)) return undefined
    const sources = Object.values(flow.tasks).filter(task => task.to.includes(name))
    return sources.flatMap(task => task.from.flatMap(from => own(from) ?? before(from, [...seen, name]) ?? []))[0]
  }
  return new Map([
    ...Object.keys(flow.states).map(name => [name, own(name) ?? before(name, []) ?? name] as const),
    [DRAFT, CHANGED],
    [DONE, 'termine'],
    [ABANDONED, 'fatal-error'],
  ])
}

const actionsOf = (flow: CompiledFlow, suffixOf: (step: string | undefined) => string) => {
  const named = new Map<string, string>(ACTIONS.flatMap(([name, ours]) => ours.map(each => [each, name] as const)))
  for (const task of Object.values(flow.tasks)) {
    const suffix = isExact(flow, 'tasks', task.name) ? '' : suffixOf(task.step)
    named.set(task.name, task.pastell === undefined ? task.name : `${task.pastell}${suffix}`)
  }
  return named
}

const read = (flow: CompiledFlow): FlowNames => {
  const suffix = suffixes(flow)
  const suffixOf = (step: string | undefined) => (step === undefined ? '' : (suffix.get(step) ?? ''))
  const fields = fieldsOf(flow, suffixOf)
  const byName = new Map<string, NamedField>()
  for (const named of fields) byName.set(named.name, named)
  for (const named of fields) {
    const alias = ALIASES[named.field.options.pastell ?? '']
    const name = alias === undefined ? '' : `${alias}${suffixOf(named.field.step)}`
    if (name !== '' && !byName.has(name)) byName.set(name, named)
  }
  for (const named of fields)
    for (const name of [named.field.name, withoutDot(named.field.name)])
      if (!named.part && !byName.has(name)) byName.set(name, named)
  for (const field of fields.flatMap(({ computed = [] }) => computed))
    for (const name of [field.name, withoutDot(field.name)])
      if (!byName.has(name)) byName.set(name, { name: withoutDot(field.name), field })
  const states = statesOf(flow, suffixOf)
  const actions = actionsOf(flow, suffixOf)
  return {
    flow: flow.stored.pastell ?? flow.id,
    suffix: suffixOf,
    fields,
    field: name => byName.get(name),
    state: (state, changed = true) => (state === DRAFT && !changed ? CREATED : (states.get(state) ?? state)),
    statesNamed(name) {
      const draft = name === CREATED || name === CHANGED ? [{ state: DRAFT, changed: name === CHANGED }] : []
      return [
        ...draft,
        ...[...states].flatMap(([state, theirs]) => (theirs === name && state !== DRAFT ? [{ state }] : [])),
      ]
    },
    action: action => actions.get(action) ?? action,
    actionsNamed(name) {
      // Two folder types spell it right.
      const wanted = name === 'suppression' ? 'supression' : name
      return [...actions].flatMap(([ours, theirs]) => (theirs === wanted || ours === wanted ? [ours] : []))
    },
  }
}

const known = new WeakMap<CompiledFlow, FlowNames>()

/** The names of a flow, computed once for each. Pure. */
export const namesOf = (flow: CompiledFlow): FlowNames => {
  const names = known.get(flow) ?? read(flow)
  known.set(flow, names)
  return names
}

/** The flow that a folder type of Pastell stands for; our own identifier is understood too. */
export const flowNamed = (flows: readonly CompiledFlow[], type: string): CompiledFlow | undefined =>
  flows.find(flow => namesOf(flow).flow === type) ?? flows.find(flow => flow.id === type)

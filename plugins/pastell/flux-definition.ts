import { DRAFT, type CompiledField, type CompiledFlow, type CompiledTask } from '#core'
import { catalogued, machineActions } from './catalogue/catalogue.ts'
import type { Json } from './http/json.ts'
import { derivedOf, type DerivedField } from './derived.ts'
import { CHANGED, namesOf, type NamedField, type PiecePart } from './names.ts'
import { goesOnAsDraft } from './onward.ts'

/** Kinds of field as a definition of Pastell writes them. */
const TYPES: Readonly<Partial<Record<CompiledField['kind'], string>>> = {
  longText: 'textarea',
  flag: 'checkbox',
  date: 'date',
  choice: 'select',
  file: 'file',
  files: 'file',
  remoteChoice: 'externalData',
  pieceTypes: 'externalData',
  mailList: 'mail-list',
  secret: 'password',
}

/** The choice that a field offers, as an action of Pastell is called. */
const PICKERS = {
  circuits: 'iparapheur-sous-type',
  classification: 'classification',
  typologies: 'type-piece',
} as const
const CHOICES: Readonly<Record<string, string>> = PICKERS

const truths = (flags: Readonly<Record<string, boolean | undefined>>): [string, Json][] =>
  Object.entries(flags).flatMap(([name, value]): [string, Json][] => (value ? [[name, true]] : []))

const present = (values: Readonly<Record<string, Json | undefined>>): [string, Json][] =>
  Object.entries(values).flatMap(([name, value]): [string, Json][] => (value === undefined ? [] : [[name, value]]))

const TYPING: Readonly<Record<Exclude<PiecePart, 'shown'>, readonly [string, string]>> = {
  acte: ['Type de la pièce principale', 'text'],
  annexes: ['Types des pièces jointes', 'text'],
  file: ['Types des pièces (fichier)', 'file'],
}

/** The natures of an acte come in this order (pastell-api.md §3), which no object of JavaScript keeps for such keys. */
const NATURES = ['3', '2', '6', '4', '1', '5']

const choicesOf = ({ choices, options }: CompiledField): ReadonlyMap<string, Json> | undefined => {
  if (!choices) return undefined
  const entries = Object.entries(choices)
  const rank = ([value]: readonly [string, unknown]) => NATURES.indexOf(value)
  return new Map(options.pastell === 'acte_nature' ? entries.toSorted((a, b) => rank(a) - rank(b)) : entries)
}

const propertiesOf = ({ field, part }: NamedField): Json => {
  const { options } = field
  if (part !== undefined && part !== 'shown') {
    const [name, type] = TYPING[part]
    return new Map<string, Json>([
      ['name', name],
      ['type', type],
      ...truths({ 'no-show': part !== 'file', 'read-only': part === 'file' }),
    ])
  }
  const { pattern } = options
  return new Map<string, Json>([
    ['name', field.label],
    ['type', TYPES[field.kind] ?? 'text'],
    ...truths({
      requis: options.required,
      multiple: field.kind === 'files',
      title: options.title,
      index: options.index,
      'read-only': options.computed,
      'no-show': options.hidden,
    }),
    ...present({
      commentaire: options.help,
      value: choicesOf(field),
      default: options.default === undefined ? undefined : options.default === true ? '1' : String(options.default),
      preg_match: pattern && `#${pattern.regex.replaceAll('#', '\\#')}#u`,
      preg_match_error: pattern?.message,
      'content-type': options.accept?.join(', '),
      max_file_size: options.maxBytes === undefined ? undefined : String(options.maxBytes),
      'choice-action': field.method === undefined ? undefined : (CHOICES[field.method] ?? field.method),
      link_name: field.method === undefined ? undefined : 'Sélectionner',
    }),
  ])
}

const derivedProperties = ({ label, type, multiple, readOnly, hidden }: DerivedField): Json =>
  new Map<string, Json>([
    ['name', label],
    ['type', type],
    ...truths({ multiple, 'read-only': readOnly, 'no-show': hidden }),
    ...(type === 'externalData' ? ([['choice-action', PICKERS.circuits]] as [string, Json][]) : []),
  ])

/** Every field of a flow by its Pastell name, with the properties of a definition (pastell-api.md §8.2). */
export const fieldsOf = (flow: CompiledFlow): ReadonlyMap<string, Json> =>
  new Map([
    ...namesOf(flow).fields.map(named => [named.name, propertiesOf(named)] as const),
    ...derivedOf(flow).map(derived => [derived.name, derivedProperties(derived)] as const),
  ])

/** No person may ask for it: a state only. */
const NOBODY = { role_id_e: 'no-role' }

interface Action {
  name?: string
  button?: string
  warning?: string
  /** States where it may be asked, once it is known that somebody may. */
  from?: Set<string>
  passed?: Set<string>
  right?: string
  automatic?: string
}

const written = (
  { name, button, warning, from, passed, right, automatic }: Action,
  extra: [string, Json][] = [],
): Json => {
  const asked = [
    ...(from && from.size > 0 ? [['last-action', [...from]] as [string, Json]] : []),
    ...(passed ? [['has-action', [...passed]] as [string, Json]] : []),
  ]
  const rule = new Map<string, Json>([
    ...(asked.length === 0 && extra.length === 0 ? Object.entries(NOBODY) : asked),
    ...(right === undefined ? [] : [['droit_id_u', right] as [string, Json]]),
    ...extra,
  ])
  return new Map<string, Json>([
    ...present({ name, 'name-action': button, warning, 'action-automatique': automatic }),
    ['rule', rule],
  ])
}

const startsOf = (flow: CompiledFlow, task: CompiledTask): readonly string[] => {
  const step = flow.steps.find(each => each.alias === task.step)
  // Where a failure leads, the button that tries again is offered.
  const troubles =
    task.passed === undefined && step ? [task.failsTo, ...(task.definition.within ? [task.late] : [])] : []
  const hurried = task.trigger === 'agent' || task.definition.every !== undefined
  return [...(hurried ? task.from : []), ...troubles.filter(state => flow.states[state])]
}

/** Misspelt nearly everywhere: the name that clients know is kept. */
const deletions = (type: string): readonly string[] => {
  const theirs = (catalogued(type)?.actions ?? []).map(action => action.id).filter(id => /^supp?ression$/u.test(id))
  return theirs.length > 0 ? theirs : ['supression']
}

/** States and actions, which are one thing for Pastell, with the rules that its clients read. */
export const actionsOf = (flow: CompiledFlow): ReadonlyMap<string, Json> => {
  const names = namesOf(flow)
  const actions = new Map<string, Action>()
  const at = (name: string): Action => {
    const action = actions.get(name) ?? {}
    actions.set(name, action)
    return action
  }
  const states = Object.values(flow.states)
  const named = (keep: (state: (typeof states)[number]) => boolean) => [
    ...new Set(states.filter(keep).map(state => names.state(state.name))),
  ]
  for (const state of states) {
    if (state.name === DRAFT) continue
    const action = at(names.state(state.name))
    action.name ??= state.label
    const automatic = state.automatic === undefined ? undefined : names.action(state.automatic)
    if (automatic !== undefined && automatic !== names.state(state.name)) action.automatic ??= automatic
  }
  for (const task of Object.values(flow.tasks)) {
    const action = at(names.action(task.name))
    action.name ??= task.label
    action.button ??= task.label
    if (task.definition.confirm !== undefined) action.warning ??= task.definition.confirm
    if (task.definition.can !== undefined) action.right ??= `${names.flow}:${task.definition.can}`
    for (const start of startsOf(flow, task)) (action.from ??= new Set()).add(names.state(start))
    if (task.passed !== undefined) (action.passed ??= new Set()).add(names.state(task.passed))
  }
  const drafts = ['creation', CHANGED]
  const editable = named(
    state => (state.editable.length > 0 && state.name !== DRAFT) || goesOnAsDraft(flow, { state: state.name }),
  )
  const deletion = written({
    name: 'Supprimé',
    button: 'Supprimer',
    warning: 'Irréversible',
    from: new Set([...drafts, ...named(state => state.deletable && state.name !== DRAFT)]),
  })
  return new Map<string, Json>([
    ['creation', written({ name: 'Créé', button: 'Créer' }, [['no-last-action', '']])],
    [CHANGED, written({ name: 'En cours de rédaction', button: 'Modifier', from: new Set([...drafts, ...editable]) })],
    ...deletions(names.flow).map((name): [string, Json] => [name, deletion]),
    [
      'orientation',
      written({ button: 'Envoyer', from: new Set([...drafts, ...named(state => state.kind === 'over')]) }, [
        ['document_is_valide', true],
      ]),
    ],
    [
      'reouverture',
      written({
        button: 'Rouvrir',
        from: new Set(named(state => ['done', 'abandoned', 'stopped'].includes(state.kind))),
      }),
    ],
    ...machineActions(names.flow).map((name): [string, Json] => [name, written({})]),
    ...[...actions].map(([name, action]): [string, Json] => [name, written(action)]),
  ])
}

import { isJson, textOf, type Json } from '../studio/format.ts'
import { BOXES, CLASSES, classOf, CONVENTIONAL, ENTRY, GENERIC, NEUTRAL, type FamilyClass } from './classes.ts'
import { textsOf, type ActionRead, type Definition } from './read.ts'

/** An action that a family class does, and which one. */
export interface FamilyAction {
  readonly read: ActionRead
  readonly known: FamilyClass
}

/** A stretch of the definition that becomes one step. */
export type Stretch =
  | {
      readonly is: 'step'
      readonly step: string
      readonly actions: readonly FamilyAction[]
      readonly entry: ActionRead
    }
  /** `program`: the private class; none when the action only enters its state. */
  | { readonly is: 'manual'; readonly entry: ActionRead; readonly program: string | undefined }

export type StepStretch = Extract<Stretch, { is: 'step' }>
export type ManualStretch = Extract<Stretch, { is: 'manual' }>

export const isSystemOnly = ({ rule }: ActionRead): boolean => {
  const role = textsOf(rule['role_id_e'])
  return role.length > 0 && !role.includes('editeur')
}

const next = ({ options }: ActionRead) => textOf(options['action-automatique'])
const rankOf = ({ options }: ActionRead) => textOf(options['num-same-connecteur']) ?? '0'

/** What only fills the form: pickers and programs run when a field changes. */
const ofTheForm = ({ fields }: Definition): ReadonlySet<string> =>
  new Set(fields.flatMap(({ options }) => [...textsOf(options['choice-action']), ...textsOf(options['onchange'])]))

/** The stretches of a definition in the order of the file. Actions in none of them are plain states. */
const stretchesOf = (definition: Definition): readonly Stretch[] => {
  const form = ofTheForm(definition)
  type Growing = StepStretch & { actions: FamilyAction[] }
  const found: (ManualStretch | Growing)[] = []
  const later: FamilyAction[] = []
  const sameStep = ({ read, known }: FamilyAction) =>
    found.filter(
      (each): each is Growing => each.is === 'step' && each.step === known.step && rankOf(each.entry) === rankOf(read),
    )

  for (const read of definition.actions) {
    const named = classOf(read)
    if (named === undefined || GENERIC.has(named) || Object.hasOwn(CONVENTIONAL, read.id)) continue
    const known = Object.hasOwn(CLASSES, named) ? CLASSES[named] : undefined
    if (known) {
      const action = { read, known }
      const entries = ENTRY[known.step] ?? []
      const opens = known.action !== undefined && entries.includes(known.action)
      const before = sameStep(action).at(-1)
      // The second of two ways in (a package is made, then sent) belongs to the step that the first one opened.
      const goesOn = before?.actions.every(each => each.known.action !== known.action) === true
      if (opens && !goesOn) found.push({ is: 'step', step: known.step, actions: [action], entry: read })
      else if (opens && before) before.actions.push(action)
      else later.push(action)
    } else if (NEUTRAL.has(named)) {
      if (!isSystemOnly(read)) found.push({ is: 'manual', entry: read, program: undefined })
    } else if (!form.has(read.id) && !('no-workflow' in read.options))
      found.push({ is: 'manual', entry: read, program: named })
  }
  for (const action of later) {
    const home = sameStep(action).at(-1)
    if (home) home.actions.push(action)
    else if (action.known.action !== undefined)
      found.push({ is: 'step', step: action.known.step, actions: [action], entry: action.read })
  }
  // Entering a state that something else starts from by itself is no action of its own.
  const starts = new Set(found.map(each => each.entry.id))
  return found.filter(each => each.is === 'step' || each.program !== undefined || !starts.has(next(each.entry) ?? ''))
}

/** States that a rule waits for, at any depth but under a « no ». */
const awaited = (rule: Json): readonly string[] =>
  Object.entries(rule).flatMap(([key, value]) => {
    if (key === 'last-action' || key === 'has-action') return textsOf(value)
    return isJson(value) && (key.startsWith('and') || key.startsWith('or')) ? awaited(value) : []
  })

/** Before the document is sent: where the rules of older modules let an agent do nearly everything. */
const DRAFTS = ['creation', 'modification', 'importation']
/** Conventional actions that a route goes through; the others only say what may be done in a state. */
const ON_THE_WAY = ['orientation', 'termine']

/**
 * Does nothing wait for this action? Neither a state that starts it or that it starts, nor another action that wants it done. What can only be
 * done to a draft is not beside: here, nothing but the form is done to a draft.
 */
const isBeside = (stretch: Stretch, { actions }: Definition): boolean => {
  const { id, rule } = stretch.entry
  const goes = next(stretch.entry)
  if (stretch.is === 'step' || goes !== undefined) return false
  const states = textsOf(rule['last-action'])
  if (states.length > 0 && states.every(state => DRAFTS.includes(state))) return false
  const others = actions.filter(
    each => each.id !== id && (!Object.hasOwn(CONVENTIONAL, each.id) || ON_THE_WAY.includes(each.id)),
  )
  return !others.some(each => next(each) === id || awaited(each.rule).includes(id))
}

export interface Route {
  readonly stretches: readonly Stretch[]
  /** Actions that an agent may do and that stop nothing. */
  readonly beside: readonly ManualStretch[]
  /** Nothing says which of these goes first: the order of the file was kept. */
  readonly undecided: readonly string[]
}

/**
 * The stretches in the order that states and rules give: who goes on by itself to what, who waits for which state. The order of the file
 * decides between those that nothing separates.
 * @param namesOf every state and action that a stretch answers for
 */
export const routeOf = (definition: Definition, namesOf: (stretch: Stretch) => readonly string[]): Route => {
  const found = stretchesOf(definition)
  const beside = found.filter((each): each is ManualStretch => each.is === 'manual' && isBeside(each, definition))
  const all = found.filter(each => each.is === 'step' || !beside.includes(each))
  const owner = new Map<string, Stretch>()
  for (const stretch of all) for (const name of namesOf(stretch)) if (!owner.has(name)) owner.set(name, stretch)
  for (const stretch of all) owner.set(stretch.entry.id, stretch)
  const before = new Map<Stretch, Set<Stretch>>(all.map(stretch => [stretch, new Set()]))
  const follows = (first: Stretch | undefined, second: Stretch | undefined) => {
    if (first && second && first !== second) before.get(second)?.add(first)
  }
  for (const action of definition.actions) {
    const target = next(action)
    if (target !== undefined) follows(owner.get(action.id), owner.get(target))
  }
  for (const stretch of all) for (const state of awaited(stretch.entry.rule)) follows(owner.get(state), stretch)

  const stretches: Stretch[] = []
  const undecided: string[] = []
  const left = new Set(all)
  while (left.size > 0) {
    const ready = [...left].find(each => ![...(before.get(each) ?? [])].some(other => left.has(other)))
    const [first] = left
    const chosen = ready ?? first
    if (!chosen) break
    if (!ready) undecided.push(chosen.entry.id)
    stretches.push(chosen)
    left.delete(chosen)
  }
  return { stretches, beside, undecided }
}

/** Does the document go on by itself after this stretch? */
export const goesOn = (stretch: Stretch, definition: Definition, ends: readonly string[]): boolean =>
  definition.actions.some(
    action => ends.includes(action.id) && next(action) !== undefined && next(action) !== action.id,
  ) ||
  (stretch.is === 'manual' && next(stretch.entry) !== undefined)

/** The state from which the stretch starts by itself, when it does nothing else. */
export const preparationOf = ({ entry }: Stretch, definition: Definition): ActionRead | undefined =>
  definition.actions.find(
    action =>
      next(action) === entry.id &&
      action.id !== entry.id &&
      (classOf(action) === undefined || NEUTRAL.has(classOf(action) ?? '')) &&
      !Object.hasOwn(CONVENTIONAL, action.id),
  )

/** `content` at the top of a rule, or in groups that must all hold. */
export const contentOf = (rule: Json): Json =>
  Object.entries(rule).reduce<Json>((all, [key, value]) => {
    if (!isJson(value)) return all
    if (key === 'content') return { ...all, ...value }
    return key.startsWith('and') ? { ...all, ...contentOf(value) } : all
  }, {})

/** The box of the form that older flows look at before this step, when there is one. */
export const boxOf = (step: string, has: (field: string) => boolean): string | undefined =>
  (BOXES[step] ?? []).find(has)

import { milliseconds, pauseAfter } from '../authoring/durations.ts'
import { fieldsRead, renamed } from '../authoring/conditions.ts'
import type { FieldSpec } from '../authoring/fields.ts'
import type { StoredFlow } from '../authoring/flows.ts'
import type { AnySignal, AnyStep, AnyTask, Binding, PlacedStep, StateDefinition } from '../authoring/steps.ts'
import type { CapabilityName } from '../contracts/index.ts'
import { ABANDONED, DONE, DRAFT } from './model.ts'
import type {
  CompiledField,
  CompiledFlow,
  CompiledLink,
  CompiledSignal,
  CompiledState,
  CompiledStep,
  CompiledTask,
} from './model.ts'

/** What is wrong in a stored flow, and where: a JSON pointer into it (`/steps/1/bindings/document`). */
export interface FlowFault {
  readonly at: string
  readonly message: string
}

/** A flow that cannot run; `faults` are sentences for its author. */
export class FlowError extends Error {
  override readonly name = 'FlowError'
  readonly faults: readonly FlowFault[]
  constructor(flow: string, faults: readonly FlowFault[]) {
    const sentences = [...new Set(faults.map(fault => fault.message))]
    super(`Le flux « ${flow} » ne peut pas être utilisé :\n${sentences.map(each => `  - ${each}`).join('\n')}`)
    this.faults = faults
  }
}

/** States that the compiler gives to a step which does not declare them itself. */
const ERROR = 'erreur'
const UNCERTAIN = 'incertain'

const RESERVED = [DRAFT, DONE, ABANDONED]
const list = <T>(one: T | readonly T[]): readonly T[] => (Array.isArray(one) ? (one as readonly T[]) : [one as T])
const sourcesOf = (binding: Binding): readonly string[] => (typeof binding === 'string' ? [binding] : binding.firstOf)

type States = Readonly<Record<string, StateDefinition>>

const tasksOf = (step: AnyStep) => Object.entries(step.tasks)
const signalsOf = (step: AnyStep) => Object.entries(step.signals ?? {})
const fromOf = (task: AnyTask): readonly string[] =>
  typeof task.from === 'object' && 'passed' in task.from ? [] : list(task.from)
const passedOf = (task: AnyTask) =>
  typeof task.from === 'object' && 'passed' in task.from ? task.from.passed : undefined

const troublesOf = (step: AnyStep): ReadonlySet<string> =>
  new Set(tasksOf(step).flatMap(([, task]) => [task.failsTo ?? ERROR, ...(task.within ? [task.late ?? ERROR] : [])]))

/** The states of a step, with the ones every step has without writing them. */
const statesOf = (step: AnyStep): States => {
  const declared = step.states
  const generated: Record<string, StateDefinition> = {}
  if (troublesOf(step).has(ERROR) && !declared[ERROR])
    generated[ERROR] = {
      label: `${step.label} : erreur`,
      trouble: true,
      help: 'L’étape n’a pas abouti, le motif est affiché. Corrigez ce qu’il nomme, puis pressez le bouton qui reprend là où elle s’est arrêtée ; s’il vous dépasse, prévenez votre administrateur.',
    }
  if (tasksOf(step).some(([, task]) => task.afterCrash === 'askAgent') && !declared[UNCERTAIN])
    generated[UNCERTAIN] = {
      label: `${step.label} : envoi incertain`,
      trouble: true,
      help: 'L’envoi est resté sans réponse : il est peut-être arrivé. Regardez chez le partenaire, puis confirmez l’arrivée ou envoyez de nouveau ; rien ne repart sans vous.',
    }
  return { ...declared, ...generated }
}

/** Where each state of a step may lead, within the step. */
const reachableFrom = (step: AnyStep): ReadonlySet<string> => {
  const reached = new Set<string>([step.initial])
  for (let grew = true; grew;) {
    grew = false
    for (const [, task] of tasksOf(step)) {
      const passed = passedOf(task)
      const starts = passed === undefined ? fromOf(task) : [passed]
      if (!starts.some(state => reached.has(state))) continue
      const targets = [
        ...list(task.to),
        task.failsTo ?? ERROR,
        ...(task.within ? [task.late ?? ERROR] : []),
        ...(task.afterCrash === 'askAgent' ? [UNCERTAIN] : []),
      ]
      for (const target of targets) {
        if (reached.has(target)) continue
        reached.add(target)
        grew = true
      }
    }
    for (const [, { from, to }] of signalsOf(step)) {
      if (!list(from).some(state => reached.has(state))) continue
      for (const target of list(to)) {
        if (reached.has(target)) continue
        reached.add(target)
        grew = true
      }
    }
  }
  return reached
}

const signalFaults = (step: AnyStep, at: string, has: (state: string) => boolean): readonly string[] =>
  signalsOf(step).flatMap(([name, signal]) => [
    ...(signal.label ? [] : [`${at} : le signal « ${name} » n'a pas de libellé.`]),
    ...(name in step.tasks || name in (step.links ?? {})
      ? [`${at} : « ${name} » est à la fois un signal et une tâche ou une page à ouvrir.`]
      : []),
    ...[...list(signal.from), ...list(signal.to), ...(signal.since === undefined ? [] : [signal.since])]
      .filter(state => !has(state))
      .map(state => `${at} : le signal « ${name} » cite l'état « ${state} », qui n'existe pas.`),
  ])

const stepFaults = (step: AnyStep): readonly string[] => {
  const faults: string[] = []
  const at = `étape « ${step.id} »`
  const states = statesOf(step)
  const reached = reachableFrom(step)
  const troubles = troublesOf(step)
  const has = (state: string) => state in states

  if (!step.label) faults.push(`${at} : il manque un libellé.`)
  if (!has(step.initial)) faults.push(`${at} : l'état initial « ${step.initial} » n'existe pas.`)
  for (const [name, state] of Object.entries(states)) {
    if (!state.label) faults.push(`${at} : l'état « ${name} » n'a pas de libellé.`)
    if (state.refusal && !state.ends) faults.push(`${at} : l'état « ${name} » est un refus et ne termine pas l'étape.`)
    if (!reached.has(name)) faults.push(`${at} : l'état « ${name} » n'est jamais atteint.`)
    const automatic = tasksOf(step).filter(
      ([, task]) => (task.trigger ?? 'job') === 'job' && fromOf(task).includes(name),
    )
    if (automatic.length > 1)
      faults.push(
        `${at} : l'état « ${name} » a deux tâches automatiques (${automatic.map(([task]) => task).join(', ')}).`,
      )
    const leaves = tasksOf(step).some(([, task]) => fromOf(task).includes(name))
    if (!state.ends && !leaves && !troubles.has(name) && name !== UNCERTAIN)
      faults.push(`${at} : l'état « ${name} » est une impasse : aucune tâche n'en part et il ne termine pas l'étape.`)
  }
  for (const [name, field] of Object.entries(step.fields)) {
    if (!field.label) faults.push(`${at} : le champ « ${name} » n'a pas de libellé.`)
    for (const read of strangers(step.fields, field))
      faults.push(`${at} : le champ « ${name} » dépend de « ${read} », qui n'existe pas à côté de lui.`)
  }
  for (const [name, link] of Object.entries(step.links ?? {})) {
    if (!link.label) faults.push(`${at} : la page « ${name} » n'a pas de libellé.`)
    if (name in step.tasks) faults.push(`${at} : « ${name} » est à la fois une tâche et une page à ouvrir.`)
    if (needsOf(step).length === 0)
      faults.push(`${at} : la page « ${name} » demande un connecteur, l'étape n'en a pas.`)
    for (const state of list(link.from))
      if (!has(state)) faults.push(`${at} : la page « ${name} » cite l'état « ${state} », qui n'existe pas.`)
  }
  faults.push(...signalFaults(step, at, has))
  const tells = step.correspondence?.tells
  if (tells !== undefined && !step.signals?.[tells])
    faults.push(`${at} : la correspondance parle au signal « ${tells} », qui n'existe pas.`)
  for (const [name, task] of tasksOf(step)) {
    if (!task.label) faults.push(`${at} : la tâche « ${name} » n'a pas de libellé.`)
    for (const state of [...fromOf(task), ...list(task.to), ...(passedOf(task) ? [passedOf(task) as string] : [])])
      if (!has(state)) faults.push(`${at} : la tâche « ${name} » cite l'état « ${state} », qui n'existe pas.`)
    for (const state of [task.failsTo, task.late])
      if (state !== undefined && !has(state))
        faults.push(`${at} : la tâche « ${name} » cite l'état « ${state} », qui n'existe pas.`)
    if (task.afterCrash === 'find' && !task.find)
      faults.push(`${at} : la tâche « ${name} » dit « find » après une interruption, sans dire comment chercher.`)
    try {
      if (task.every !== undefined) pauseAfter(task.every, 0)
      if (task.within !== undefined) milliseconds(task.within)
    } catch (error) {
      faults.push(`${at} : tâche « ${name} » : ${(error as Error).message}`)
    }
  }
  return faults
}

const VALUE_KINDS: Readonly<Record<string, string>> = { longText: 'text', url: 'text', mailList: 'text' }
const valueKind = (field: FieldSpec) => VALUE_KINDS[field.kind] ?? field.kind

const bindingFaults = (
  placed: PlacedStep,
  step: AnyStep,
  known: ReadonlyMap<string, FieldSpec>,
): readonly FlowFault[] => {
  const faults: FlowFault[] = []
  const fault = (input: string, message: string) => faults.push({ at: `/bindings/${input}`, message })
  const { inputs } = step
  for (const [name, input] of Object.entries(inputs)) {
    const binding = placed.bindings[name]
    if (binding === undefined) {
      if (input.options.required)
        fault(name, `étape « ${placed.alias} » : l'entrée « ${input.label} » (${name}) n'est pas reliée.`)
      continue
    }
    for (const source of sourcesOf(binding)) {
      const field = known.get(source)
      if (!field)
        fault(
          name,
          `étape « ${placed.alias} » : l'entrée « ${name} » est reliée au champ « ${source} », qui n'existe pas avant elle.`,
        )
      else if (valueKind(field) !== valueKind(input))
        fault(
          name,
          `étape « ${placed.alias} » : l'entrée « ${name} » attend « ${input.kind} » et le champ « ${source} » est « ${field.kind} ».`,
        )
    }
  }
  for (const name of Object.keys(placed.bindings))
    if (!inputs[name]) fault(name, `étape « ${placed.alias} » : l'entrée « ${name} » n'existe pas.`)
  return faults
}

/** Fields that a field depends on (its condition, the one it confirms) and that are not beside it. */
const strangers = (beside: Readonly<Record<string, FieldSpec>>, { options }: FieldSpec): readonly string[] =>
  [...(options.when ? fieldsRead(options.when) : []), ...(options.equals ? [options.equals.field] : [])].filter(
    name => !(name in beside),
  )

const dependingOn = ({ options }: FieldSpec, full: (name: string) => string) => ({
  ...(options.when ? { when: renamed(options.when, full) } : {}),
  ...(options.equals ? { equals: full(options.equals.field) } : {}),
})

/** A public name or a label given to what the step does not have would be lost without a word. */
const strayNames = (
  { alias, pastell = {}, labels = {} }: PlacedStep,
  step: AnyStep,
): readonly (readonly [at: string, message: string])[] => {
  const existing = new Set([
    ...Object.keys(statesOf(step)).map(name => `states.${name}`),
    ...Object.keys(step.tasks).map(name => `tasks.${name}`),
    ...Object.keys(step.fields).map(name => `fields.${name}`),
  ])
  const stray = (given: object, what: string) =>
    Object.keys(given)
      .filter(name => !existing.has(name))
      .map(name => `étape « ${alias} » : « ${name} » a ${what} et n'existe pas dans l'étape.`)
  return [
    ...stray(pastell, 'un nom Pastell').map(message => ['/pastell', message] as const),
    ...stray(labels, 'un libellé').map(message => ['/labels', message] as const),
  ]
}

/** How a state ends its step where a flow places it. */
const endOf = ({ ends, refusal }: StateDefinition, { goesOnAfterRefusal }: PlacedStep): StateDefinition['ends'] =>
  refusal && goesOnAfterRefusal ? 'next' : ends

/** The help of a state, with the buttons and the fields that it quotes under the names that this placement gives them. */
const helpIn = ({ labels = {} }: PlacedStep, step: AnyStep, help: string): string => {
  const renamed = new Map(
    Object.entries(labels).flatMap(([at, label]) => {
      const [kind, name = ''] = at.split('.')
      const usual =
        kind === 'tasks' ? step.tasks[name]?.label : kind === 'fields' ? step.fields[name]?.label : undefined
      return usual === undefined ? [] : [[usual, label] as const]
    }),
  )
  return help.replaceAll(/« (Réessayer : )?([^»]+) »/gu, (_, again: string | undefined, label: string) => {
    return `« ${again ?? ''}${renamed.get(label) ?? label} »`
  })
}

const compiledState = (placed: PlacedStep, name: string, step: AnyStep, pastell: string | undefined): CompiledState => {
  const { alias } = placed
  const state = statesOf(step)[name] as StateDefinition
  const ends = endOf(state, placed)
  const trouble = state.trouble ?? troublesOf(step).has(name)
  const full = (field: string) => `${alias}.${field}`
  const asked = Object.entries(step.fields).filter(([, field]) => !field.options.computed)
  const automatic = tasksOf(step).find(([, task]) => (task.trigger ?? 'job') === 'job' && fromOf(task).includes(name))
  return {
    name: full(name),
    label: state.label,
    step: alias,
    kind:
      name === UNCERTAIN
        ? 'uncertain'
        : trouble
          ? 'trouble'
          : ends === 'next'
            ? 'over'
            : ends === 'stop'
              ? 'stopped'
              : 'running',
    ...(ends ? { ends } : {}),
    editable: (state.editable === 'all' ? asked.map(([field]) => field) : (state.editable ?? [])).map(full),
    thenEditable: (state.thenEditable ?? []).map(full),
    deletable: state.deletable ?? false,
    ...(automatic ? { automatic: full(automatic[0]) } : {}),
    // Where the flow goes on after a refusal, nobody has to do anything.
    ...(state.help === undefined || ends !== state.ends ? {} : { help: helpIn(placed, step, state.help) }),
    ...(pastell === undefined ? {} : { pastell }),
  }
}

const compiledTask = (alias: string, name: string, step: AnyStep, pastell: string | undefined): CompiledTask => {
  const task = step.tasks[name] as AnyTask
  const full = (state: string) => `${alias}.${state}`
  const passed = passedOf(task)
  return {
    name: full(name),
    label: task.label,
    step: alias,
    from: fromOf(task).map(full),
    passed: passed === undefined ? undefined : full(passed),
    to: list(task.to).map(full),
    trigger: task.trigger ?? 'job',
    needs: task.uses ?? needsOf(step)[0],
    late: full(task.late ?? task.failsTo ?? ERROR),
    failsTo: full(task.failsTo ?? ERROR),
    pastell,
    definition: task,
  }
}

const compiledSignal = (alias: string, name: string, signal: AnySignal): CompiledSignal => {
  const full = (state: string) => `${alias}.${state}`
  return {
    name: full(name),
    label: signal.label,
    step: alias,
    from: list(signal.from).map(full),
    to: list(signal.to).map(full),
    since: signal.since === undefined ? undefined : full(signal.since),
    pastell: signal.pastell,
    definition: signal,
  }
}

const needsOf = (step: AnyStep): readonly CapabilityName[] => (step.needs === undefined ? [] : list(step.needs))

const own = (name: string, label: string, kind: CompiledState['kind'], deletable: boolean): CompiledState => ({
  name,
  label,
  step: undefined,
  kind,
  editable: [],
  thenEditable: [],
  deletable,
})

/**
 * Turns a stored flow into one that the engine can run: full names, resolved references.
 * @param steps the registry of steps, by id
 * @throws FlowError listing, in French, everything that would make it stop, loop or lose its way
 */
export const compileFlow = (stored: StoredFlow, steps: ReadonlyMap<string, AnyStep>): CompiledFlow => {
  const faults: FlowFault[] = []
  const fault = (at: string, message: string) => faults.push({ at, message })
  const known = new Map<string, FieldSpec>(Object.entries(stored.fields))
  const fields: Record<string, CompiledField> = {}
  const states: Record<string, CompiledState> = {
    [DRAFT]: own(DRAFT, 'Brouillon', 'draft', true),
    [DONE]: own(DONE, 'Traitement terminé', 'done', true),
    [ABANDONED]: own(ABANDONED, 'Abandonné', 'abandoned', true),
  }
  const tasks: Record<string, CompiledTask> = {}
  const links: Record<string, CompiledLink> = {}
  const signals: Record<string, CompiledSignal> = {}
  const compiled: CompiledStep[] = []

  if (!stored.label) fault('/label', 'il manque un libellé.')
  if (stored.steps.length === 0) fault('/steps', 'il manque au moins une étape.')
  for (const [name, field] of Object.entries(stored.fields)) {
    if (!field.label) fault(`/fields/${name}/label`, `le champ « ${name} » n'a pas de libellé.`)
    if (!/^[a-z]\w*$/iu.test(name))
      fault(
        `/fields/${name}`,
        `le champ « ${name} » doit commencer par une lettre et ne contenir que lettres, chiffres et « _ ».`,
      )
    if (field.kind === 'remoteChoice' || field.kind === 'pieceTypes')
      fault(
        `/fields/${name}/kind`,
        `le champ « ${name} » demande une liste à un connecteur : sa place est dans une étape.`,
      )
    for (const read of strangers(stored.fields, field))
      fault(
        `/fields/${name}/options/when`,
        `le champ « ${name} » dépend de « ${read} », qui n'existe pas à côté de lui.`,
      )
    fields[name] = { ...field, name, step: undefined, ...dependingOn(field, each => each) }
  }
  for (const [index, placed] of stored.steps.entries()) {
    const at = `/steps/${index}`
    const step = steps.get(placed.step)
    if (!step) {
      fault(`${at}/step`, `l'étape « ${placed.step} » n'existe pas.`)
      continue
    }
    if (
      compiled.some(each => each.alias === placed.alias) ||
      RESERVED.includes(placed.alias) ||
      placed.alias in stored.fields
    ) {
      fault(`${at}/alias`, `le nom « ${placed.alias} » est déjà pris : donner un autre nom à l'étape avec .as('…').`)
      continue
    }
    for (const message of stepFaults(step)) fault(`${at}/step`, message)
    for (const each of bindingFaults(placed, step, known)) fault(`${at}${each.at}`, each.message)
    const wrong = step.checkSettings?.(placed.settings ?? {})
    if (wrong !== undefined) fault(`${at}/settings`, `étape « ${placed.alias} » : ${wrong}`)
    for (const field of placed.when ? fieldsRead(placed.when) : [])
      if (!known.has(field))
        fault(
          `${at}/when`,
          `étape « ${placed.alias} » : la condition lit le champ « ${field} », qui n'existe pas avant elle.`,
        )
    for (const [where, message] of strayNames(placed, step)) fault(`${at}${where}`, message)
    if (placed.goesOnAfterRefusal && !Object.values(step.states).some(state => state.refusal))
      fault(
        `${at}/goesOnAfterRefusal`,
        `étape « ${placed.alias} » : elle ne connaît pas de refus, rien ne peut se poursuivre après.`,
      )
    const publicNames = placed.pastell ?? {}
    const labelled = <T extends { readonly label: string }>(name: string, named: T): T => {
      const label = placed.labels?.[name]
      return label === undefined ? named : { ...named, label }
    }
    for (const [name, field] of Object.entries(step.fields)) {
      const pastell = publicNames[`fields.${name}`]
      const options = pastell === undefined ? field.options : { ...field.options, pastell }
      known.set(`${placed.alias}.${name}`, field)
      const full = (each: string) => `${placed.alias}.${each}`
      fields[full(name)] = labelled(`fields.${name}`, {
        ...field,
        options,
        name: full(name),
        step: placed.alias,
        ...dependingOn(field, full),
      })
    }
    for (const [name, { pastell }] of Object.entries(statesOf(step)))
      states[`${placed.alias}.${name}`] = labelled(
        `states.${name}`,
        compiledState(placed, name, step, publicNames[`states.${name}`] ?? pastell),
      )
    for (const [name, link] of Object.entries(step.links ?? {}))
      links[`${placed.alias}.${name}`] = {
        name: `${placed.alias}.${name}`,
        label: link.label,
        step: placed.alias,
        from: list(link.from).map(state => `${placed.alias}.${state}`),
        definition: link,
      }
    for (const [name, signal] of signalsOf(step))
      signals[`${placed.alias}.${name}`] = compiledSignal(placed.alias, name, signal)
    for (const [name, { pastell }] of tasksOf(step))
      tasks[`${placed.alias}.${name}`] = labelled(
        `tasks.${name}`,
        compiledTask(placed.alias, name, step, publicNames[`tasks.${name}`] ?? pastell),
      )
    compiled.push({
      alias: placed.alias,
      label: placed.label ?? step.label,
      definition: step,
      fields: step.fields,
      bindings: placed.bindings,
      when: placed.when,
      alwaysAsked: placed.alwaysAsked ?? false,
      manual: placed.manual ?? false,
      settings: placed.settings ?? {},
      initial: `${placed.alias}.${step.initial}`,
      needs: needsOf(step),
      pastell: placed.pastell ?? {},
    })
  }
  if (faults.length > 0) throw new FlowError(stored.id, faults)
  const title = Object.entries(stored.fields).find(([, field]) => field.options.title)?.[0]
  return {
    stored,
    id: stored.id,
    version: stored.version,
    label: stored.label,
    family: stored.family,
    fields,
    states,
    tasks,
    links,
    signals,
    steps: compiled,
    title,
  }
}

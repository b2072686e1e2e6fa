import { problems } from './form.ts'
import { fieldsOf, inputsOf, isEmpty, routeOf, stepNamed } from './inputs.ts'
import { ABANDONED, DONE, DRAFT } from './model.ts'
import type { CompiledFlow, CompiledLink, CompiledTask, Document } from './model.ts'

/** Buttons that every flow has, beside the tasks of its steps. */
export const BUILT_IN = ['envoyer', 'poursuivre', 'confirmer', 'rouvrir', 'abandonner', 'supprimer'] as const
export type BuiltIn = (typeof BUILT_IN)[number]
export const isBuiltIn = (action: string): action is BuiltIn => (BUILT_IN as readonly string[]).includes(action)

const IN_FLIGHT = 'Un envoi est en cours pour ce document : attendre sa réponse'

const labelOf = (flow: CompiledFlow, state: string) => flow.states[state]?.label ?? state

/** Required inputs that the flow did not fill, then the guard of the step itself. */
const guarded = (flow: CompiledFlow, document: Document, task: CompiledTask, now: Date): true | string => {
  const step = stepNamed(flow, task.step)
  const inputs = inputsOf(step, document.data)
  for (const [name, input] of Object.entries(step.definition.inputs))
    if (input.options.required && isEmpty(inputs[name])) return `il manque « ${input.label} »`
  return (
    task.definition.guard?.({
      inputs,
      data: fieldsOf(step, document.data),
      settings: step.settings,
      document,
      flow,
      isComplete: () => problems(flow, document.data, now).length === 0,
      now,
    }) ?? true
  )
}

/** Is the document where this task applies, and why not? */
const placed = (flow: CompiledFlow, document: Document, task: CompiledTask): true | string => {
  const state = flow.states[document.state]
  const retries =
    (state?.kind === 'trouble' || state?.kind === 'uncertain') &&
    document.back?.task === task.name &&
    document.state !== task.name
  if (retries) return true
  if (task.passed !== undefined) {
    if (!document.trail.some(stop => stop.state === task.passed))
      return `le document n'est pas encore passé par « ${labelOf(flow, task.passed)} »`
    if (document.state === DRAFT || document.state === ABANDONED)
      return `l'état « ${labelOf(flow, document.state)} » ne le permet pas`
    return true
  }
  if (!task.from.includes(document.state)) return `l'état « ${labelOf(flow, document.state)} » ne le permet pas`
  return true
}

/**
 * May this task run now? One function answers the worker, the button, the API and the batch (DESIGN §1.4).
 * Rights are the caller's business: they do not depend on the document.
 */
export const mayRun = (flow: CompiledFlow, document: Document, task: CompiledTask, now: Date): true | string => {
  const place = placed(flow, document, task)
  return place === true ? guarded(flow, document, task, now) : place
}

/** May an agent ask for this task? Tasks that run by themselves can be hurried or retried, not started elsewhere. */
export const mayAsk = (flow: CompiledFlow, document: Document, task: CompiledTask, now: Date): true | string => {
  if (document.inFlight) return IN_FLIGHT
  const run = mayRun(flow, document, task, now)
  if (run !== true) return run
  if (
    document.due?.task === task.name &&
    document.due.by !== undefined &&
    document.due.failures === 0 &&
    document.due.at <= now
  )
    return 'la demande est déjà prise en compte'
  return true
}

/** May an agent open this page of the remote now? */
export const mayOpen = (flow: CompiledFlow, document: Document, link: CompiledLink): true | string =>
  link.from.includes(document.state) || `l'état « ${labelOf(flow, document.state)} » ne le permet pas`

const builtIn: Readonly<Record<BuiltIn, (flow: CompiledFlow, document: Document, now: Date) => true | string>> = {
  envoyer: (flow, document, now) => {
    if (document.state !== DRAFT) return `l'état « ${labelOf(flow, document.state)} » ne le permet pas`
    const found = problems(flow, document.data, now)
    return found.length === 0 || `le formulaire est incomplet : ${found[0]?.message ?? ''}`
  },
  poursuivre: (flow, document, now) => {
    const state = flow.states[document.state]
    if (state?.kind !== 'over' || state.step === undefined)
      return `l'état « ${labelOf(flow, document.state)} » ne le permet pas`
    const found = problems(flow, document.data, now)
    return found.length === 0 || `le formulaire est incomplet : ${found[0]?.message ?? ''}`
  },
  confirmer: (flow, document) =>
    flow.states[document.state]?.kind === 'uncertain' || `l'état « ${labelOf(flow, document.state)} » ne le permet pas`,
  rouvrir: (flow, document) =>
    document.state === DONE ||
    document.state === ABANDONED ||
    flow.states[document.state]?.kind === 'stopped' ||
    `l'état « ${labelOf(flow, document.state)} » ne le permet pas`,
  abandonner: (flow, document) =>
    (document.state !== DRAFT && document.state !== DONE && document.state !== ABANDONED) ||
    `l'état « ${labelOf(flow, document.state)} » ne le permet pas`,
  supprimer: (flow, document) => {
    const state = flow.states[document.state]
    if (!state?.deletable)
      return `un document dans l'état « ${labelOf(flow, document.state)} » ne peut pas être supprimé`
    // A failure nobody foresaw may come after the remote accepted: trying again looks there first.
    const doubtful = (state.kind === 'trouble' || state.kind === 'uncertain') && document.back?.uncertain === true
    return (
      !doubtful || "l'envoi est peut-être arrivé malgré l'erreur : « Réessayer » le vérifie avant toute suppression"
    )
  },
}

/** May this built-in action be asked? */
export const mayDo = (flow: CompiledFlow, document: Document, action: BuiltIn, now: Date): true | string =>
  document.inFlight ? IN_FLIGHT : builtIn[action](flow, document, now)

/** May the form be changed now? */
export const mayEdit = (document: Document): true | string => (document.inFlight ? IN_FLIGHT : true)

/** A button of the page of a document. */
export interface Offer {
  readonly name: string
  readonly label: string
  readonly available: true | string
  readonly confirm?: string
  readonly kind: 'primary' | 'normal' | 'danger'
  /** Right needed besides `<flow>:edition`. */
  readonly can?: string
  /** Leads to a page of the remote, whose address is asked for at each click, instead of being done here. */
  readonly opens?: true
}

const BUILT_IN_OFFERS: Readonly<Record<BuiltIn, Omit<Offer, 'available' | 'name'>>> = {
  envoyer: { label: 'Envoyer', kind: 'primary' },
  poursuivre: { label: 'Poursuivre le cheminement', kind: 'primary' },
  confirmer: {
    label: 'C’est bien arrivé : poursuivre',
    kind: 'primary',
    confirm: 'Avez-vous vérifié que l’envoi est bien arrivé à destination ? Le document poursuivra sans le renvoyer.',
  },
  rouvrir: {
    label: 'Rouvrir',
    kind: 'normal',
    confirm: 'Rouvrir ce document pour le corriger ou poursuivre son cheminement ?',
  },
  abandonner: {
    label: 'Abandonner',
    kind: 'danger',
    confirm: 'Abandonner ce document ? Il n’avancera plus ; ce qui est déjà chez un partenaire y reste.',
  },
  supprimer: {
    label: 'Supprimer',
    kind: 'danger',
    confirm: 'Supprimer ce document et ses fichiers ? Le journal en garde la trace.',
  },
}

export const builtInLabel = (action: BuiltIn): string => BUILT_IN_OFFERS[action].label

const taskOffer = (flow: CompiledFlow, document: Document, task: CompiledTask, now: Date): Offer | undefined => {
  const place = placed(flow, document, task)
  const retry = document.back?.task === task.name && place === true && !task.from.includes(document.state)
  const hurry = task.trigger === 'job' && task.definition.every !== undefined
  // A button that could never be pressed from here is noise; one that needs something else explains itself.
  const confirm =
    flow.states[document.state]?.kind === 'uncertain'
      ? 'Avez-vous vérifié que rien n’est arrivé à destination ? L’envoi sera refait.'
      : task.definition.confirm
  if (place !== true || (task.trigger === 'job' && !retry && !hurry)) return undefined
  return {
    name: task.name,
    label: retry ? `Réessayer : ${task.label}` : task.label,
    available: mayAsk(flow, document, task, now),
    ...(confirm === undefined ? {} : { confirm }),
    ...(task.definition.can ? { can: task.definition.can } : {}),
    kind: retry || task.from.includes(document.state) ? (hurry ? 'normal' : 'primary') : 'normal',
  }
}

/** Everything that may be proposed for this document, with the sentence when it is not possible now. */
export const offers = (flow: CompiledFlow, document: Document, now: Date): readonly Offer[] => {
  const tasks = Object.values(flow.tasks).flatMap(task => taskOffer(flow, document, task, now) ?? [])
  const links = Object.values(flow.links).flatMap((link): readonly Offer[] => {
    const { name, label, definition } = link
    const can = definition.can === undefined ? {} : { can: definition.can }
    return mayOpen(flow, document, link) === true
      ? [{ name, label, available: true, kind: 'primary', opens: true, ...can }]
      : []
  })
  const own = BUILT_IN.flatMap(action => {
    const available = mayDo(flow, document, action, now)
    const relevant =
      available === true ||
      (action === 'envoyer' && document.state === DRAFT) ||
      (action === 'poursuivre' && flow.states[document.state]?.kind === 'over')
    return relevant ? [{ name: action, ...BUILT_IN_OFFERS[action], available }] : []
  })
  return [
    ...own.filter(each => each.kind === 'primary'),
    ...links,
    ...tasks,
    ...own.filter(each => each.kind !== 'primary'),
  ]
}

/** Progress of a document along its route, for the drawing. */
export interface RouteStop {
  readonly alias: string
  readonly label: string
  readonly status: 'done' | 'current' | 'trouble' | 'todo' | 'skipped'
  readonly states: readonly { readonly name: string; readonly label: string; readonly at: Date }[]
}

/** The route as a drawing shows it: each step with the states reached since the last departure from the draft. */
export const routeProgress = (flow: CompiledFlow, document: Document): readonly RouteStop[] => {
  const lastDraft = document.trail.findLastIndex(stop => stop.state === DRAFT)
  const journey = document.trail.slice(lastDraft + 1)
  const taken = new Set(routeOf(flow, document.data).map(step => step.alias))
  const current = flow.states[document.state]
  const steps = flow.steps.map((step): RouteStop => {
    const states = journey
      .filter(stop => flow.states[stop.state]?.step === step.alias)
      .map(stop => ({ name: stop.state, label: labelOf(flow, stop.state), at: stop.at }))
    const here = current?.step === step.alias
    const over = states.some(state => flow.states[state.name]?.kind === 'over')
    const trouble = here && ['trouble', 'uncertain', 'stopped'].includes(current.kind)
    const status = trouble
      ? 'trouble'
      : here && !over
        ? 'current'
        : over
          ? 'done'
          : here
            ? 'current'
            : taken.has(step.alias) && document.state !== ABANDONED
              ? 'todo'
              : 'skipped'
    return { alias: step.alias, label: step.label, status, states }
  })
  const stopAt = (state: string, label: string, status: RouteStop['status']): RouteStop => {
    const stop = document.trail.findLast(each => each.state === state)
    return { alias: state, label, status, states: stop ? [{ name: state, label, at: stop.at }] : [] }
  }
  return [
    stopAt(DRAFT, labelOf(flow, DRAFT), document.state === DRAFT ? 'current' : 'done'),
    ...steps,
    document.state === ABANDONED
      ? stopAt(ABANDONED, labelOf(flow, ABANDONED), 'trouble')
      : stopAt(DONE, 'Terminé', document.state === DONE ? 'done' : 'todo'),
  ]
}

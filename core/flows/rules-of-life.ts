import { BUILT_IN, builtInLabel, offers } from '../engine/availability.ts'
import { ABANDONED, DONE, DRAFT } from '../engine/model.ts'
import type { CompiledFlow, CompiledState, CompiledTask, Document } from '../engine/model.ts'
import { blank } from '../engine/settle.ts'

/** Any day will do: what is looked at does not depend on it. */
const NOW = new Date('2026-01-15T08:00:00Z')

const targetsOf = (task: CompiledTask): readonly string[] => [
  ...task.to,
  task.failsTo,
  ...(task.definition.within ? [task.late] : []),
  ...(task.definition.afterCrash === 'askAgent' ? [`${task.step}.incertain`] : []),
]

const startsOf = (task: CompiledTask): readonly string[] =>
  task.passed === undefined ? task.from : [...task.from, task.passed]

/** A label that a person reads, not a name of the machine (`erreurSuivi`, `date_limite`). */
const isReadable = (label: string): boolean =>
  /^[\p{Lu}\p{N}«]/u.test(label) && !/(?:^|[^\p{L}])\p{Ll}{2,}\p{Lu}|_/u.test(label)

/** Labels missing, or that look like names of the machine. */
export const labelFaults = (flow: CompiledFlow): readonly string[] =>
  [
    ...Object.values(flow.states).map(({ name, label }) => ['état', name, label] as const),
    ...[...Object.values(flow.tasks), ...Object.values(flow.signals), ...Object.values(flow.links)].map(
      ({ name, label }) => ['tâche', name, label] as const,
    ),
    ...Object.values(flow.fields).map(({ name, label }) => ['champ', name, label] as const),
    ...flow.steps.map(({ alias, label }) => ['étape', alias, label] as const),
  ].flatMap(([what, name, label]) => (isReadable(label) ? [] : [`${what} ${name} : « ${label} » n'est pas un libellé`]))

/** States that nothing leads to, from the draft to the end, every step taken. */
export const unreachable = (flow: CompiledFlow): readonly string[] => {
  const reached = new Set([DRAFT, ABANDONED, DONE, ...flow.steps.map(step => step.initial)])
  for (let before = 0; before !== reached.size;) {
    before = reached.size
    for (const task of Object.values(flow.tasks))
      if (startsOf(task).some(state => reached.has(state))) for (const target of targetsOf(task)) reached.add(target)
    for (const signal of Object.values(flow.signals))
      if (signal.from.some(state => reached.has(state))) for (const target of signal.to) reached.add(target)
  }
  return Object.keys(flow.states).filter(state => !reached.has(state))
}

/** A document that came to rest in this state; `failed` is the task whose failure led there. */
const restingIn = (flow: CompiledFlow, { name }: CompiledState, failed?: CompiledTask): Document => ({
  ...blank(flow, { id: 'd', entityId: '1' }, {}, NOW),
  state: name,
  trail: [{ state: name, at: NOW }],
  ...(failed ? { back: { state: startsOf(failed)[0] ?? DRAFT, task: failed.name, uncertain: false } } : {}),
})

/** Buttons of the document besides leaving it all: an abandoned document goes nowhere. */
const waysOut = (flow: CompiledFlow, document: Document): readonly string[] =>
  offers(flow, document, NOW)
    .map(offer => offer.name)
    .filter(name => name !== 'abandonner' && name !== 'supprimer')

const isError = ({ kind }: CompiledState) => kind === 'trouble' || kind === 'uncertain'

/** States of trouble, doubt or refusal that do not say, in a sentence, what has happened and what to do. */
export const unexplained = (flow: CompiledFlow): readonly string[] =>
  Object.values(flow.states)
    .filter(state => isError(state) || state.kind === 'stopped')
    .filter(({ help }) => !/^\p{Lu}.{20,}[.»]$/su.test(help ?? ''))
    .map(({ name, label }) => `« ${label} » (${name})`)

/** How a document comes to rest in an error state: each task whose failure leads there, and each one that chooses to go there. */
const failuresInto = (flow: CompiledFlow, state: CompiledState): readonly (CompiledTask | undefined)[] => {
  const tasks = Object.values(flow.tasks)
  const failing = tasks.filter(
    task =>
      // A side request that fails leaves the document where it is.
      task.passed === undefined && targetsOf(task).includes(state.name) && !task.to.includes(state.name),
  )
  const chosen = tasks.some(task => task.to.includes(state.name))
  return [...failing, ...(chosen ? [undefined] : [])]
}

const RETRY = 'Réessayer'

/** What a person finds on the page of a document at rest in this state, whatever led there: buttons, and fields to fill in. */
const namedThere = (flow: CompiledFlow, state: CompiledState): ReadonlySet<string> => {
  const buttons = [undefined, ...failuresInto(flow, state)].flatMap(failed =>
    offers(flow, restingIn(flow, state, failed), NOW).map(({ label }) => label),
  )
  return new Set([
    ...buttons,
    // « Réessayer » alone says it where several tasks may have failed.
    ...(buttons.some(label => label.startsWith(`${RETRY} : `)) ? [RETRY] : []),
    ...BUILT_IN.map(builtInLabel),
    ...Object.values(flow.fields).map(({ label }) => label),
  ])
}

/** What the help of a state quotes and the page of a document there does not have: a button or a field renamed, or of another state. */
export const misnamed = (flow: CompiledFlow): readonly string[] =>
  Object.values(flow.states).flatMap(state => {
    const quoted = [...(state.help ?? '').matchAll(/« ([^»]+) »/gu)].flatMap(([, name]) => name ?? [])
    const there = namedThere(flow, state)
    return quoted
      .filter(name => !there.has(name))
      .map(name => `« ${state.label} » (${state.name}) : « ${name} » n'y est ni un bouton ni un champ`)
  })

/**
 * States that a person cannot get out of. Where the machine goes on by itself, the person may wait; elsewhere there must be a button,
 * and in an error state one for each failure that leads there.
 */
export const deadEnds = (flow: CompiledFlow): readonly string[] =>
  Object.values(flow.states).flatMap(state => {
    if (state.kind === 'done' || state.kind === 'draft' || state.ends === 'resume') return []
    const heard = Object.values(flow.signals).some(signal => signal.from.includes(state.name))
    if (!isError(state)) {
      const moves = state.automatic !== undefined || heard || waysOut(flow, restingIn(flow, state)).length > 0
      return moves ? [] : [`« ${state.label} » (${state.name}) : aucun bouton n'en sort`]
    }
    return failuresInto(flow, state)
      .filter(failed => waysOut(flow, restingIn(flow, state, failed)).length === 0)
      .map(failed => `« ${state.label} » (${state.name}) : aucun bouton ne reprend ${failed?.label ?? 'la suite'}`)
  })

/** Does this task give a remote something that it may answer later? A poll only asks. */
const sends = ({ needs, definition }: CompiledTask): boolean =>
  needs !== undefined && definition.every === undefined && (definition.afterCrash ?? 'retry') !== 'retry'

/**
 * States where something was sent and may still be answered: where sending leads, and where following it fails or stays silent. A
 * person who says that nothing is there, and an answer that ends the step, put an end to it.
 */
export const unanswered = (flow: CompiledFlow): ReadonlySet<string> => {
  const tasks = Object.values(flow.tasks)
  const isOpen = (name: string) => {
    const state = flow.states[name]
    const next = tasks.find(task => task.name === state?.automatic)
    return (state?.kind === 'running' || state?.kind === 'trouble') && !(next && sends(next))
  }
  const open = new Set([
    ...tasks.filter(sends).flatMap(task => task.to.filter(isOpen)),
    ...Object.values(flow.states).flatMap(state => (state.kind === 'uncertain' ? [state.name] : [])),
  ])
  for (let before = 0; before !== open.size;) {
    before = open.size
    for (const task of tasks) {
      if (task.trigger === 'agent' || !task.from.some(state => open.has(state))) continue
      for (const target of targetsOf(task)) if (isOpen(target)) open.add(target)
    }
  }
  return open
}

/** States where a document may be deleted although a remote has it and may still answer. */
export const losses = (flow: CompiledFlow): readonly string[] => {
  const waiting = unanswered(flow)
  return Object.values(flow.states)
    .filter(
      ({ name, kind, deletable }) => deletable && (kind === 'running' || kind === 'uncertain' || waiting.has(name)),
    )
    .map(({ name, label }) => `« ${label} » (${name})`)
}

import { milliseconds, pauseAfter } from '../authoring/durations.ts'
import type { Goto, Stay, Written } from '../authoring/steps.ts'
import { backoff } from './backoff.ts'
import { dueIn, enter, passedOnce, plus, taskNamed, withTitle, write, type Draft } from './course.ts'
import { isComputed } from './edits.ts'
import type { Failure, Outcome } from './events.ts'
import type { CompiledTask, Document, Due } from './model.ts'

/** Has the document stayed too long where this task asks for news? */
const isLate = ({ now, paces }: Draft, task: CompiledTask, { stateSince }: Document): boolean => {
  const patience = paces.patience(task) ?? task.definition.within
  return (
    task.definition.within !== undefined && patience !== undefined && now > plus(stateSince, milliseconds(patience))
  )
}

const tooLate = ({ paces }: Draft, task: CompiledTask, message: string) =>
  `Aucune réponse depuis ${(paces.patience(task) ?? task.definition.within ?? '').replace(/ ?(d|j)$/u, ' jours')} (dernière information : ${message || 'aucune'}).`

/** What stays under a new failure: trying again and failing again is the same failure. */
const below = ({ back }: Document, task: string) => (back?.task === task ? back.under : back)

const goLate = (draft: Draft, task: CompiledTask, message: string) => {
  draft.document = {
    ...draft.document,
    back: { state: draft.document.state, task: task.name, uncertain: false, under: below(draft.document, task.name) },
  }
  enter(draft, task.late, tooLate(draft, task, message), undefined)
}

/** What a task changes of the document itself: written as an edition, and journaled as one. */
const applyEdits = (draft: Draft, written: Written, by: string | undefined) => {
  const { flow } = draft
  const edits = typeof written === 'function' ? written(draft.document.data) : written
  const names = Object.keys(edits)
  const closed = names.filter(name => !flow.fields[name] || isComputed(flow.fields[name]))
  if (closed.length > 0) throw new Error(`Une tâche modifie des champs qui ne se modifient pas : ${closed.join(', ')}.`)
  if (names.length === 0) return
  draft.document = withTitle(flow, { ...draft.document, data: { ...draft.document.data, ...edits } })
  const labels = names.map(name => `« ${flow.fields[name]?.label ?? name} »`).join(', ')
  draft.entries.push({
    kind: 'edit',
    event: 'modification',
    message: `Calculé : ${labels}`,
    by,
    detail: { champs: names },
  })
}

/** A task gave its outcome: a state to go to, an answer to wait for, or news of where the document stays. */
export const answered = (draft: Draft, name: string, outcome: Outcome): void => {
  const { flow, now, paces } = draft
  const task = taskNamed(flow, name)
  const by = draft.document.due?.task === name ? draft.document.due.by : undefined
  const due = draft.document.due
  const before = draft.document
  draft.document = { ...write(flow, before, task, outcome.values), inFlight: undefined, waitingFor: undefined }
  if (outcome.outcome === 'goto') {
    if (outcome.edits) applyEdits(draft, outcome.edits, by)
    const target = `${task.step}.${outcome.state}`
    if (!task.to.includes(target))
      throw new Error(`La tâche « ${name} » va vers « ${outcome.state} », qu'elle ne déclare pas dans « to ».`)
    draft.document = {
      ...draft.document,
      passages: passedOnce(before, name),
      // A task that comes from afar interrupts something: remember what, for the states that end with `resume`.
      back:
        task.passed === undefined
          ? before.back
          : { state: before.state, task: undefined, uncertain: false, message: before.message, under: before.back },
    }
    enter(draft, target, outcome.message, by)
    return
  }
  if (outcome.outcome === 'stay') {
    if (outcome.edits) applyEdits(draft, outcome.edits, by)
    draft.document = {
      ...draft.document,
      passages: passedOnce(before, name),
      due: dueIn(draft, before.state),
      message: outcome.message,
    }
    draft.entries.push({ kind: 'task', event: name, message: outcome.message, by })
    return
  }
  if (isLate(draft, task, before)) return goLate(draft, task, outcome.message)
  const tries = (due?.tries ?? 0) + 1
  const pace = paces.polling(task) ?? task.definition.every ?? '5 min'
  draft.document = {
    ...draft.document,
    due: { task: name, at: plus(now, pauseAfter(pace, tries)), tries, failures: 0 },
    message: outcome.message,
  }
  // Asking every few minutes for a month must not fill the journal: only news is written.
  if (outcome.message !== before.message)
    draft.entries.push({ kind: 'task', event: name, message: outcome.message, by })
}

/** A task did not come to its end: it is tried again later, or the document stops where a person decides. */
export const failed = (draft: Draft, name: string, failure: Failure): void => {
  const { flow, now } = draft
  const task = taskNamed(flow, name)
  const before = draft.document
  const afterCrash = task.definition.afterCrash ?? 'retry'
  const uncertain = afterCrash !== 'retry' && (failure.maybeSent || failure.kind === 'unexpected')
  if (failure.kind === 'temporary' && !(uncertain && afterCrash === 'askAgent')) {
    if (isLate(draft, task, before)) return goLate(draft, task, failure.message)
    const failures = (before.due?.failures ?? 0) + 1
    const due: Due = {
      task: name,
      at: plus(now, backoff(before.id, failures, failure.retryAfter)),
      tries: before.due?.tries ?? 0,
      failures,
      by: before.due?.by,
      // Once in doubt, always in doubt: a later « connexion refusée » says nothing of the first try.
      uncertain: uncertain || (before.due?.uncertain ?? false),
    }
    draft.document = { ...before, inFlight: undefined, due, message: failure.message }
    if (failure.message !== before.message)
      draft.entries.push({ kind: 'error', event: name, message: failure.message, by: before.due?.by })
    return
  }
  if (task.passed !== undefined && !uncertain) {
    // A side request that fails (a cancellation refused, stamps out of reach) does not take the document off its route.
    draft.document = {
      ...before,
      inFlight: undefined,
      due: dueIn(draft, before.state),
      message: failure.message,
    }
    draft.entries.push({ kind: 'error', event: name, message: failure.message, by: before.due?.by })
    return
  }
  draft.document = { ...before, back: { state: before.state, task: name, uncertain, under: below(before, name) } }
  const rest = uncertain && afterCrash === 'askAgent' ? `${task.step}.incertain` : task.failsTo
  enter(draft, rest, failure.message, before.due?.by)
}

/** A person asks for a task: where it failed, it is tried again; elsewhere it is due at once. */
export const asked = (draft: Draft, name: string, by: string | undefined): void => {
  const { flow, now } = draft
  const task = taskNamed(flow, name)
  const { document } = draft
  const { back } = document
  draft.entries.push({ kind: 'task', event: name, message: `Demandé : ${task.label}`, by })
  // Where the remote can be asked, doubt is checked once more; where only a person can, this person has just answered.
  const looksUp = task.definition.afterCrash === 'find'
  if (back?.task === name && !task.from.includes(document.state)) {
    enter(draft, back.state, `Nouvel essai : ${task.label}`, by)
    draft.document = {
      ...draft.document,
      due: { task: name, at: now, tries: 0, failures: 0, by, uncertain: back.uncertain && looksUp },
    }
    return
  }
  const same = document.due?.task === name ? document.due : undefined
  draft.document = {
    ...document,
    waitingFor: undefined,
    due: { task: name, at: now, tries: same?.tries ?? 0, failures: 0, by, uncertain: same?.uncertain ?? false },
  }
}

/** What came from outside moves the document only where its step waits for it, and never under an attempt in flight. */
export const signalled = (draft: Draft, name: string, outcome: Goto | Stay): void => {
  const { flow } = draft
  const signal = flow.signals[name]
  if (!signal) throw new Error(`Le flux « ${flow.id} » n'a pas de signal « ${name} ».`)
  const { document } = draft
  draft.document = write(flow, document, signal, outcome.values)
  draft.entries.push({ kind: 'message', event: name, message: outcome.message ?? signal.label, by: undefined })
  if (outcome.edits) applyEdits(draft, outcome.edits, undefined)
  if (outcome.outcome === 'stay' || document.inFlight || !signal.from.includes(document.state)) return
  const target = `${signal.step}.${outcome.state}`
  if (!signal.to.includes(target))
    throw new Error(`Le signal « ${name} » va vers « ${outcome.state} », qu'il ne déclare pas dans « to ».`)
  if (target === document.state) return
  enter(draft, target, undefined, undefined)
  // The journal has said it; where the document rests, its page says it too.
  if (draft.document.state === target) draft.document = { ...draft.document, message: outcome.message ?? signal.label }
}

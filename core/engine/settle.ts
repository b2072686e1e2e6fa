import { milliseconds, pauseAfter } from '../authoring/durations.ts'
import type { Goto, Stay, Written } from '../authoring/steps.ts'
import type { FileRef } from '../authoring/values.ts'
import { backoff } from './backoff.ts'
import { dueIn, enter, forgetAfter, next, passedOnce, plus, taskNamed, withTitle, write, type Draft } from './course.ts'
import { NO_PACES, type Event, type Failure, type Outcome, type Paces } from './events.ts'
import { ABANDONED, DONE, DRAFT } from './model.ts'
import { isComputed } from './edits.ts'
import type { CompiledFlow, CompiledTask, Document, Due, Move } from './model.ts'

/** Has the document stayed too long where this task asks for news? */
const isLate = (task: CompiledTask, document: Document, now: Date, paces: Paces): boolean => {
  const patience = paces.patience(task) ?? task.definition.within
  return (
    task.definition.within !== undefined &&
    patience !== undefined &&
    now > plus(document.stateSince, milliseconds(patience))
  )
}

const tooLate = (task: CompiledTask, paces: Paces, message: string) =>
  `Aucune réponse depuis ${(paces.patience(task) ?? task.definition.within ?? '').replace(/ ?(d|j)$/u, ' jours')} (dernière information : ${message || 'aucune'}).`

/** What stays under a new failure: trying again and failing again is the same failure. */
const below = ({ back }: Document, task: string) => (back?.task === task ? back.under : back)

const goLate = (flow: CompiledFlow, draft: Draft, task: CompiledTask, message: string, now: Date, paces: Paces) => {
  draft.document = {
    ...draft.document,
    back: { state: draft.document.state, task: task.name, uncertain: false, under: below(draft.document, task.name) },
  }
  enter(flow, draft, task.late, tooLate(task, paces, message), undefined, now, paces)
}

/** What a task changes of the document itself: written as an edition, and journaled as one. */
const applyEdits = (flow: CompiledFlow, draft: Draft, written: Written, by: string | undefined) => {
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

const answered = (flow: CompiledFlow, draft: Draft, name: string, outcome: Outcome, now: Date, paces: Paces) => {
  const task = taskNamed(flow, name)
  const by = draft.document.due?.task === name ? draft.document.due.by : undefined
  const due = draft.document.due
  const before = draft.document
  draft.document = { ...write(flow, before, task, outcome.values), inFlight: undefined, waitingFor: undefined }
  if (outcome.outcome === 'goto') {
    if (outcome.edits) applyEdits(flow, draft, outcome.edits, by)
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
    enter(flow, draft, target, outcome.message, by, now, paces)
    return
  }
  if (outcome.outcome === 'stay') {
    if (outcome.edits) applyEdits(flow, draft, outcome.edits, by)
    draft.document = {
      ...draft.document,
      passages: passedOnce(before, name),
      due: dueIn(flow, before.state, now, paces),
      message: outcome.message,
    }
    draft.entries.push({ kind: 'task', event: name, message: outcome.message, by })
    return
  }
  if (isLate(task, before, now, paces)) return goLate(flow, draft, task, outcome.message, now, paces)
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

const failed = (flow: CompiledFlow, draft: Draft, name: string, failure: Failure, now: Date, paces: Paces) => {
  const task = taskNamed(flow, name)
  const before = draft.document
  const afterCrash = task.definition.afterCrash ?? 'retry'
  const uncertain = afterCrash !== 'retry' && (failure.maybeSent || failure.kind === 'unexpected')
  if (failure.kind === 'temporary' && !(uncertain && afterCrash === 'askAgent')) {
    if (isLate(task, before, now, paces)) return goLate(flow, draft, task, failure.message, now, paces)
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
      due: dueIn(flow, before.state, now, paces),
      message: failure.message,
    }
    draft.entries.push({ kind: 'error', event: name, message: failure.message, by: before.due?.by })
    return
  }
  draft.document = { ...before, back: { state: before.state, task: name, uncertain, under: below(before, name) } }
  const rest = uncertain && afterCrash === 'askAgent' ? `${task.step}.incertain` : task.failsTo
  enter(flow, draft, rest, failure.message, before.due?.by, now, paces)
}

const asked = (flow: CompiledFlow, draft: Draft, name: string, by: string | undefined, now: Date, paces: Paces) => {
  const task = taskNamed(flow, name)
  const { document } = draft
  const { back } = document
  draft.entries.push({ kind: 'task', event: name, message: `Demandé : ${task.label}`, by })
  // Where the remote can be asked, doubt is checked once more; where only a person can, this person has just answered.
  const looksUp = task.definition.afterCrash === 'find'
  if (back?.task === name && !task.from.includes(document.state)) {
    enter(flow, draft, back.state, `Nouvel essai : ${task.label}`, by, now, paces)
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
const signalled = (flow: CompiledFlow, draft: Draft, name: string, outcome: Goto | Stay, now: Date, paces: Paces) => {
  const signal = flow.signals[name]
  if (!signal) throw new Error(`Le flux « ${flow.id} » n'a pas de signal « ${name} ».`)
  const { document } = draft
  draft.document = write(flow, document, signal, outcome.values)
  draft.entries.push({ kind: 'message', event: name, message: outcome.message ?? signal.label, by: undefined })
  if (outcome.edits) applyEdits(flow, draft, outcome.edits, undefined)
  if (outcome.outcome === 'stay' || document.inFlight || !signal.from.includes(document.state)) return
  const target = `${signal.step}.${outcome.state}`
  if (!signal.to.includes(target))
    throw new Error(`Le signal « ${name} » va vers « ${outcome.state} », qu'il ne déclare pas dans « to ».`)
  if (target === document.state) return
  enter(flow, draft, target, undefined, undefined, now, paces)
  // The journal has said it; where the document rests, its page says it too.
  if (draft.document.state === target) draft.document = { ...draft.document, message: outcome.message ?? signal.label }
}

const apply = (flow: CompiledFlow, draft: Draft, event: Event, now: Date, paces: Paces): void => {
  const { document } = draft
  switch (event.is) {
    case 'created':
      draft.document = withTitle(flow, document)
      return enter(flow, draft, DRAFT, event.message ?? 'Document créé', event.by, now, paces)
    case 'edited':
      draft.document = withTitle(flow, { ...document, data: { ...document.data, ...event.values } })
      draft.entries.push({
        kind: 'edit',
        event: 'modification',
        message: event.what,
        by: event.by,
        detail: { champs: Object.keys(event.values) },
      })
      return
    case 'sent':
      draft.document = forgetAfter(flow, document, undefined)
      return enter(flow, draft, next(flow, document.data, undefined), undefined, event.by, now, paces)
    case 'continued':
      draft.document = forgetAfter(flow, document, flow.states[document.state]?.step)
      return enter(
        flow,
        draft,
        next(flow, document.data, flow.states[document.state]?.step),
        undefined,
        event.by,
        now,
        paces,
      )
    case 'confirmed': {
      const task = taskNamed(flow, document.back?.task ?? '')
      draft.document = { ...document, passages: passedOnce(document, task.name), back: document.back?.under }
      return enter(flow, draft, task.to[0] ?? DONE, "Arrivée confirmée par l'agent", event.by, now, paces)
    }
    case 'asked':
      return asked(flow, draft, event.task, event.by, now, paces)
    case 'opened':
      draft.entries.push({
        kind: 'task',
        event: event.link,
        message: `Page ouverte : ${flow.links[event.link]?.label ?? event.link}`,
        by: event.by,
      })
      return
    case 'attempted':
      draft.document = {
        ...document,
        inFlight: event.attempt,
        fence: event.attempt.fence,
        // The attempt before this one never answered: the doubt outlives it, whatever happens to this one.
        due: document.due && {
          ...document.due,
          uncertain: document.due.uncertain === true || document.inFlight !== undefined,
        },
      }
      return
    case 'answered':
      return answered(flow, draft, event.task, event.outcome, now, paces)
    case 'failed':
      return failed(flow, draft, event.task, event.failure, now, paces)
    case 'postponed':
      if (document.due)
        draft.document = {
          ...document,
          due: { ...document.due, at: event.until },
          message: event.message ?? document.message,
        }
      return
    case 'blocked':
      draft.document = {
        ...document,
        inFlight: undefined,
        waitingFor: event.waitingFor,
        message: event.message,
        due: document.due && { ...document.due, uncertain: document.due.uncertain === true || event.doubt },
      }
      if (document.waitingFor !== event.waitingFor)
        draft.entries.push({
          kind: 'error',
          event: document.due?.task ?? document.state,
          message: event.message,
          by: undefined,
        })
      return
    case 'declined': {
      // Someone changed the document between the button and the worker: say why, and go back to the normal course.
      const automatic = dueIn(flow, document.state, now, paces)
      const due = automatic && automatic.task === event.task ? { ...automatic, at: plus(now, 300_000) } : automatic
      draft.document = { ...document, due, message: `Action impossible : ${event.why}.` }
      if (draft.document.message !== document.message)
        draft.entries.push({ kind: 'error', event: event.task, message: draft.document.message, by: document.due?.by })
      return
    }
    case 'received': {
      const held = (document.data[event.field] as readonly FileRef[] | undefined) ?? []
      draft.document = { ...document, data: { ...document.data, [event.field]: [...held, ...event.files] } }
      draft.entries.push({ kind: 'message', event: event.field, message: event.message, by: undefined })
      return
    }
    case 'signalled':
      return signalled(flow, draft, event.signal, event.outcome, now, paces)
    case 'forced':
      draft.entries.push({
        kind: 'admin',
        event: event.state,
        message: `État forcé par un administrateur : ${event.reason}`,
        by: event.by,
      })
      draft.document = { ...document, back: undefined }
      return enter(flow, draft, event.state, event.reason, event.by, now, paces)
    case 'upgraded': {
      const { as, into, message, by } = event
      draft.entries.push({
        kind: 'admin',
        event: 'version',
        message,
        by,
        detail: { de: document.flowVersion, vers: as.flowVersion },
      })
      // Its slots may have other names: what it waited for is looked at again.
      draft.document = withTitle(flow, { ...document, ...as, waitingFor: undefined })
      if (into === undefined) return
      draft.document = { ...draft.document, back: undefined }
      return enter(flow, draft, into, message, by, now, paces)
    }
    case 'reopened': {
      // A finished document goes back to the last step that ended: what follows is open again and « Poursuivre » goes on.
      // One that was refused goes back to the draft, to be corrected and sent anew.
      const last =
        document.state === DONE ? document.trail.findLast(stop => flow.states[stop.state]?.kind === 'over') : undefined
      const state = last?.state ?? DRAFT
      const stop = { state, at: now }
      draft.document = {
        ...document,
        state,
        stateSince: now,
        trail: [...document.trail, stop],
        due: undefined,
        back: undefined,
        message: 'Document rouvert',
      }
      draft.entries.push({ kind: 'state', event: state, message: 'Document rouvert', by: event.by })
      return
    }
    case 'abandoned':
      return enter(flow, draft, ABANDONED, event.reason ?? 'Document abandonné', event.by, now, paces)
    case 'deleted':
      draft.document = { ...document, due: undefined }
      draft.entries.push({
        kind: 'state',
        event: 'suppression',
        message: `Document supprimé : ${document.title}`,
        by: event.by,
        detail: { id: document.id, flux: document.flowId, etat: document.state },
      })
      return
  }
}

/** The change of an account that an outcome carries, decided by whoever asked for the task. */
const accountIn = ({ due }: Document, event: Event): Pick<Move, 'account'> => {
  const account = event.is === 'answered' && event.outcome.outcome === 'goto' ? event.outcome.account : undefined
  return account ? { account: { ...account, by: due?.by } } : {}
}

/**
 * The whole consequence of an event, computed in memory: new state, values, lines of journal, next wake-up. No I/O, no
 * clock, no chance: the same arguments give the same move.
 */
export const settle = (
  flow: CompiledFlow,
  document: Document,
  event: Event,
  now: Date,
  paces: Paces = NO_PACES,
): Move => {
  const draft: Draft = { document, entries: [] }
  apply(flow, draft, event, now, paces)
  const settled: Document = { ...draft.document, version: document.version + 1, updatedAt: now }
  const { due, inFlight, waitingFor } = settled
  return {
    document: settled,
    entries: draft.entries,
    // While an attempt is in flight its job is the one that will conclude, or be taken up if its process dies.
    ...accountIn(document, event),
    wakeUp: inFlight && event.is !== 'postponed' ? 'unchanged' : due && waitingFor === undefined ? due.at : null,
  }
}

/** A document that does not exist yet: `settle` it with `created` to give it its first state. */
export const blank = (
  flow: CompiledFlow,
  identity: { readonly id: string; readonly entityId: string; readonly createdBy?: string | undefined },
  data: Document['data'],
  now: Date,
): Document => ({
  id: identity.id,
  entityId: identity.entityId,
  flowId: flow.id,
  flowVersion: flow.version,
  title: identity.id,
  state: DRAFT,
  stateSince: now,
  version: 0,
  data,
  trail: [],
  due: undefined,
  inFlight: undefined,
  fence: 0,
  back: undefined,
  passages: {},
  message: '',
  waitingFor: undefined,
  createdBy: identity.createdBy,
  createdAt: now,
  updatedAt: now,
})

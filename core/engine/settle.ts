import { dueIn, enter, forgetAfter, next, passedOnce, plus, taskNamed, withTitle, type Draft } from './course.ts'
import { NO_PACES, type Event, type Paces } from './events.ts'
import type { FileRef } from '../authoring/values.ts'
import { ABANDONED, DONE, DRAFT } from './model.ts'
import type { CompiledFlow, Document, Move } from './model.ts'
import { answered, asked, failed, signalled } from './outcomes.ts'

const apply = (draft: Draft, event: Event): void => {
  const { flow, now, document } = draft
  switch (event.is) {
    case 'created':
      draft.document = withTitle(flow, document)
      return enter(draft, DRAFT, event.message ?? 'Document créé', event.by)
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
      return enter(draft, next(flow, document.data, undefined), undefined, event.by)
    case 'continued':
      draft.document = forgetAfter(flow, document, flow.states[document.state]?.step)
      return enter(draft, next(flow, document.data, flow.states[document.state]?.step), undefined, event.by)
    case 'confirmed': {
      const task = taskNamed(flow, document.back?.task ?? '')
      draft.document = { ...document, passages: passedOnce(document, task.name), back: document.back?.under }
      return enter(draft, task.to[0] ?? DONE, "Arrivée confirmée par l'agent", event.by)
    }
    case 'asked':
      return asked(draft, event.task, event.by)
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
      return answered(draft, event.task, event.outcome)
    case 'failed':
      return failed(draft, event.task, event.failure)
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
      const automatic = dueIn(draft, document.state)
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
      return signalled(draft, event.signal, event.outcome)
    case 'forced':
      draft.entries.push({
        kind: 'admin',
        event: event.state,
        message: `État forcé par un administrateur : ${event.reason}`,
        by: event.by,
      })
      draft.document = { ...document, back: undefined }
      return enter(draft, event.state, event.reason, event.by)
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
      return enter(draft, into, message, by)
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
      return enter(draft, ABANDONED, event.reason ?? 'Document abandonné', event.by)
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

/** What an outcome carries for an account: a change, decided by whoever asked for the task, and a letter. */
const accountIn = ({ due }: Document, event: Event): Pick<Move, 'account' | 'letter'> => {
  if (event.is !== 'answered' || event.outcome.outcome !== 'goto') return {}
  const { account, letter } = event.outcome
  return { ...(account ? { account: { ...account, by: due?.by } } : {}), ...(letter ? { letter } : {}) }
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
  const draft: Draft = { flow, now, paces, document, entries: [] }
  apply(draft, event)
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

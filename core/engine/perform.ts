import { ConfigurationError, PermanentError, TemporaryError } from '../authoring/errors.ts'
import type { AnyTask, Goto, Stay, Wait } from '../authoring/steps.ts'
import type { Capabilities } from '../contracts/index.ts'
import { errors, Problem } from '../errors.ts'
import { mayRun } from './availability.ts'
import { renderTemplate } from '../expressions/template.ts'
import { editedBy } from './edits.ts'
import { fieldsOf, inputsOf, noInstance, stepNamed } from './inputs.ts'
import { NO_INSTANCE, slotOf } from './model.ts'
import type { CompiledFlow, CompiledTask, Document } from './model.ts'
import type { EnginePorts, InstanceSettings } from './ports.ts'
import type { Event, Failure, Paces } from './events.ts'
import { settle } from './settle.ts'
import { goto } from './signals.ts'

type Context = Parameters<AnyTask['run']>[0]

/** What became of a wake-up: useful to tests and logs, the truth being in the database. */
export type Performed = 'nothing due' | 'too early' | 'declined' | 'blocked' | 'postponed' | 'superseded' | 'done'

/** Another attempt of a live process holds the document: come back a little later. */
const BUSY_PAUSE = 10_000

/** Polling reads and may be lost; anything else that calls a remote commits its intention first. */
const commitsIntention = (task: CompiledTask) => task.needs !== undefined && task.definition.every === undefined

const pacesOf = (instances: ReadonlyMap<string, InstanceSettings>): Paces => {
  const of = (task: CompiledTask) =>
    task.needs === undefined ? undefined : instances.get(slotOf(task.step, task.needs))
  return { polling: task => of(task)?.polling, patience: task => of(task)?.patience }
}

const describe = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** @param doubt an earlier attempt may have reached the remote, and nothing has told since */
const failureOf = (error: unknown, doubt: boolean): Failure => {
  if (error instanceof TemporaryError) {
    const { message, maybeSent, retryAfter } = error
    return { kind: 'temporary', message, maybeSent, retryAfter }
  }
  if (error instanceof PermanentError) return { kind: 'permanent', message: error.message, maybeSent: doubt }
  return {
    kind: 'unexpected',
    message: `Erreur inattendue du connecteur (${describe(error)}) : réessayer, puis prévenir l'administrateur si elle persiste.`,
    maybeSent: true,
  }
}

interface Work {
  readonly ports: EnginePorts
  readonly flow: CompiledFlow
  readonly task: CompiledTask
  readonly document: Document
  readonly paces: Paces
}

const commit = async ({ ports, flow, paces }: Work, document: Document, event: Event): Promise<Document> =>
  ports.documents.commit(settle(flow, document, event, ports.clock.now(), paces), document.version)

const contextOf = ({ ports, flow, task, document }: Work, connectors: Partial<Capabilities>, key: string): Context => {
  const step = stepNamed(flow, task.step)
  const first = task.needs
  return {
    inputs: inputsOf(step, document.data),
    data: fieldsOf(step, document.data),
    connector: (first === undefined ? undefined : connectors[first]) as Context['connector'],
    connectors: connectors as Context['connectors'],
    settings: step.settings,
    key,
    now: ports.clock.now(),
    document: {
      id: document.id,
      title: document.title,
      contents: () => ports.documents.contents(document, flow),
      render: async (template, label) =>
        renderTemplate(template, await ports.documents.contents(document, flow), {
          files: ports.files,
          now: ports.clock.now(),
          label,
        }),
      edited: texts => editedBy(flow, document.data, texts, ports.clock.now()),
      journal: () => ports.documents.journal(document),
      publicLink: (page, name) => ports.publicLinks.of(document, page, name),
      create: found => ports.kin.create(document, found),
      twins: field => ports.kin.twins(document, `${task.step}.${field}`),
      siblings: field => ports.kin.siblings(document, { step: task.step, capability: task.needs, field }),
      associated: flowId => ports.kin.associated(document, flowId),
      recipients: list => ports.contacts.read(document.entityId, list),
    },
    files: ports.files,
    log: ports.log,
  }
}

/** Connects what the task uses. A step that needs several families reads the others through `connectors`, connected alike. */
const connectAll = async (
  { ports, flow, task }: Work,
  instances: ReadonlyMap<string, InstanceSettings>,
): Promise<Partial<Capabilities>> => {
  const connected: Partial<Capabilities> = {}
  for (const capability of stepNamed(flow, task.step).needs) {
    const instance = instances.get(slotOf(task.step, capability))
    if (instance) Object.assign(connected, { [capability]: (await ports.instances.connect(instance.id))[capability] })
  }
  return connected
}

const keyOf = (document: Document, task: CompiledTask) =>
  `${document.id}-${task.name}-${document.passages[task.name] ?? 0}`

/**
 * Runs the task, or looks its effect up when an earlier attempt ended without an answer.
 * @param cleared told when the remote has nothing of that attempt
 */
const attempt = async (
  task: CompiledTask,
  context: Context,
  doubt: boolean,
  cleared: () => void,
): Promise<Goto | Wait | Stay> => {
  const { definition } = task
  if (doubt && definition.afterCrash === 'find' && definition.find) {
    const found = await definition.find(context, goto as Parameters<AnyTask['run']>[1])
    if (found) return found
    cleared()
  }
  return definition.run(context, goto as Parameters<AnyTask['run']>[1])
}

/**
 * Applies the outcome to the document as it is *now*: a letter may have been attached meanwhile, that is no conflict. But
 * an attempt that is no longer in force, or a document that has left the state, makes the outcome worthless: it is dropped.
 */
const conclude = async (work: Work, event: Event): Promise<Performed> => {
  const { ports, task, document } = work
  for (let tries = 1; ; tries += 1) {
    const current = await ports.documents.load(document.entityId, document.id)
    const inForce = commitsIntention(task)
      ? current?.inFlight?.fence === document.fence
      : current?.due?.task === task.name &&
        current.state === document.state &&
        current.stateSince.getTime() === document.stateSince.getTime()
    if (!current || !inForce) return 'superseded'
    try {
      await commit(work, current, event)
      return 'done'
    } catch (error) {
      // What goes with the move was refused, and the move with it: the task has failed, once.
      if (error instanceof PermanentError && event.is === 'answered')
        return conclude(work, {
          is: 'failed',
          task: task.name,
          failure: { kind: 'permanent', message: error.message, maybeSent: false },
        })
      // Something was added between the reading and the writing: read again. The outcome must not be lost for that.
      if (!movedMeanwhile(error) || tries >= 5) throw error
    }
  }
}

const ASK = (instance: InstanceSettings | undefined) =>
  `L'envoi a été interrompu sans réponse de ${instance ? `« ${instance.label} »` : 'la destination'} : vérifier là-bas s'il y est, puis réessayer seulement s'il n'y est pas.`

interface Answer {
  readonly event: Event
  /** Did the remote answer, be it to refuse? What its circuit breaker counts. */
  readonly healthy: boolean
}

/** Calls the task and turns whatever comes back, or is thrown, into an event. */
const answerOf = async (
  work: Work,
  instances: ReadonlyMap<string, InstanceSettings>,
  instance: InstanceSettings | undefined,
  doubt: boolean,
): Promise<Answer> => {
  const { ports, task, document } = work
  let isInDoubt = doubt
  const cleared = () => (isInDoubt = false)
  try {
    const called = stepNamed(work.flow, task.step).needs.flatMap(
      need => instances.get(slotOf(task.step, need))?.id ?? [],
    )
    const about = {
      occasion: `${task.label} (${document.title})`,
      facts: { document: document.id, task: task.name, attempt: keyOf(document, task) },
    }
    const outcome = await ports.instances.during(called, about, async () => {
      const connectors = await connectAll(work, instances)
      return attempt(task, contextOf(work, connectors, keyOf(document, task)), doubt, cleared)
    })
    return { event: { is: 'answered', task: task.name, outcome }, healthy: true }
  } catch (error) {
    if (error instanceof ConfigurationError && instance) {
      await ports.instances.suspend(instance.id, error.message)
      const message = `« ${instance.label} » est suspendu : ${error.message}`
      return { event: { is: 'blocked', waitingFor: instance.id, message, doubt: false }, healthy: true }
    }
    const failure = failureOf(error, isInDoubt)
    if (failure.kind === 'unexpected')
      ports.log.error({ err: error, document: document.id, task: task.name }, 'unexpected error in a task')
    return { event: { is: 'failed', task: task.name, failure }, healthy: failure.kind !== 'temporary' }
  }
}

/** Commits the intention, so that a crash leaves a trace of what may have been sent. */
const intend = async (work: Work): Promise<Work> => {
  const { ports, task, document } = work
  if (!commitsIntention(task)) return work
  const intention = {
    task: task.name,
    fence: document.fence + 1,
    key: keyOf(document, task),
    since: ports.clock.now(),
    process: ports.processes.id,
  }
  return { ...work, document: await commit(work, document, { is: 'attempted', attempt: intention }) }
}

const run = async (
  work: Work,
  instances: ReadonlyMap<string, InstanceSettings>,
  instance: InstanceSettings | undefined,
): Promise<Performed> => {
  const { ports, task, document } = work
  const doubt = document.inFlight !== undefined || (document.due?.uncertain ?? false)
  let healthy = true
  try {
    if (doubt && task.definition.afterCrash === 'askAgent') {
      const failure: Failure = { kind: 'temporary', message: ASK(instance), maybeSent: true }
      await commit(work, document, { is: 'failed', task: task.name, failure })
      return 'done'
    }
    const held = await intend(work)
    const answer = await answerOf(held, instances, instance, doubt)
    healthy = answer.healthy
    return await conclude(held, answer.event)
  } finally {
    // Whatever happened, the place taken at the door is given back: a lost half-open probe would close it for minutes.
    if (instance) await ports.lanes.leave(instance.id, healthy ? 'success' : 'failure', ports.clock.now())
  }
}

/** The instance of the task, or why it cannot be reached now. */
const admission = async (
  { ports, flow, task, document }: Work,
  instances: ReadonlyMap<string, InstanceSettings>,
): Promise<
  { readonly instance: InstanceSettings | undefined } | { readonly event: Event; readonly result: Performed }
> => {
  if (task.needs === undefined) return { instance: undefined }
  const instance = instances.get(slotOf(task.step, task.needs))
  const doubt = document.inFlight !== undefined
  if (!instance && stepNamed(flow, task.step).definition.optional) return { instance: undefined }
  if (!instance) {
    const message = noInstance(flow, stepNamed(flow, task.step))
    return { event: { is: 'blocked', waitingFor: NO_INSTANCE, message, doubt }, result: 'blocked' }
  }
  if (instance.suspended !== undefined)
    return {
      event: {
        is: 'blocked',
        waitingFor: instance.id,
        message: `« ${instance.label} » est suspendu : ${instance.suspended}`,
        doubt,
      },
      result: 'blocked',
    }
  const door = await ports.lanes.enter(instance.id, ports.clock.now())
  if (door.go) return { instance }
  return {
    event: { is: 'postponed', until: door.until, ...(door.why ? { message: door.why } : {}) },
    result: 'postponed',
  }
}

/**
 * Does what is due for one document. Called by the worker for each wake-up; safe to call at any moment, as often as one
 * likes: what is not due is not done.
 *
 * @throws only what the hub itself cannot do (database away): the queue then calls again.
 */
export const perform = async (ports: EnginePorts, entityId: string, documentId: string): Promise<Performed> => {
  try {
    return await performDue(ports, entityId, documentId)
  } catch (error) {
    // Whoever was faster also said when to wake up next.
    if (movedMeanwhile(error)) return 'superseded'
    throw error
  }
}

const movedMeanwhile = (error: unknown): boolean => error instanceof Problem && error.code === errors.documentMoved.code

const performDue = async (ports: EnginePorts, entityId: string, documentId: string): Promise<Performed> => {
  const document = await ports.documents.load(entityId, documentId)
  if (!document?.due || document.waitingFor !== undefined) return 'nothing due'
  const now = ports.clock.now()
  if (document.due.at > now) return 'too early'
  const flow = ports.flows.get(document.flowId, document.flowVersion)
  const task = flow.tasks[document.due.task]
  if (!task)
    throw new Error(`Le flux « ${flow.id} » version ${flow.version} n'a plus de tâche « ${document.due.task} ».`)
  const instances = await ports.instances.of(entityId, document.flowId)
  const work: Work = { ports, flow, task, document, paces: pacesOf(instances) }

  if (
    document.inFlight &&
    document.inFlight.process !== ports.processes.id &&
    (await ports.processes.isAlive(document.inFlight.process))
  ) {
    await commit(work, document, { is: 'postponed', until: new Date(now.getTime() + BUSY_PAUSE) })
    return 'postponed'
  }
  const allowed = mayRun(flow, document, task, now)
  if (allowed !== true && !document.inFlight) {
    await commit(work, document, { is: 'declined', task: task.name, why: allowed })
    return 'declined'
  }
  const admitted = await admission(work, instances)
  if ('event' in admitted) {
    await commit(work, document, admitted.event)
    return admitted.result
  }
  return run(work, instances, admitted.instance)
}

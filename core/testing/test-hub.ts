import { createHash, createSecretKey } from 'node:crypto'
import { Readable } from 'node:stream'
import type { Duration } from '../authoring/durations.ts'
import { milliseconds } from '../authoring/durations.ts'
import type { Clock, DocumentContents, Files, JournalLine, Log } from '../authoring/context.ts'
import type { Flow } from '../authoring/flows.ts'
import type { NewDocument } from '../authoring/relations.ts'
import type { AnyStep } from '../authoring/steps.ts'
import type { Capabilities, CapabilityName } from '../contracts/index.ts'
import { readMailList, type Addressee } from '../contacts/mail-list.ts'
import { errors } from '../errors.ts'
import { isBuiltIn, mayAsk, mayDo, offers, type BuiltIn } from '../engine/availability.ts'
import { compileFlow } from '../engine/compile.ts'
import { inputProblems, type Problem } from '../engine/form.ts'
import { fieldsOf, inputsOf, stepNamed } from '../engine/inputs.ts'
import { DRAFT, slotOf } from '../engine/model.ts'
import type { CompiledFlow, Document, Move } from '../engine/model.ts'
import { perform, type Performed } from '../engine/perform.ts'
import type { EnginePorts, InstanceSettings } from '../engine/ports.ts'
import type { Event } from '../engine/events.ts'
import { blank, settle } from '../engine/settle.ts'
import { outcomeOf } from '../engine/signals.ts'
import { createPublicLinks } from '../http/public/links.ts'

/** A clock that only moves when told. */
export interface VirtualClock extends Clock {
  advance(by: Duration): void
  set(to: Date): void
}

export const virtualClock = (start = '2026-01-15T08:00:00Z'): VirtualClock => {
  let at = new Date(start)
  return {
    now: () => at,
    advance: by => {
      at = new Date(at.getTime() + milliseconds(by))
    },
    set: to => {
      at = to
    },
  }
}

const typeNamed = (name: string): string => {
  if (name.endsWith('.json')) return 'application/json'
  return name.endsWith('.xml') ? 'application/xml' : 'application/pdf'
}

/** Contents of a few bytes, kept in memory: enough for flows, whose files are stand-ins. */
export const memoryFiles = (): Files => {
  const contents = new Map<string, Buffer>()
  return {
    // What nobody stored is blank, of the size that it announces.
    open: file => Readable.from([contents.get(file.sha256) ?? Buffer.alloc('size' in file ? Number(file.size) : 0)]),
    async save(content, name) {
      const chunks: Uint8Array[] = []
      if (content instanceof Readable) for await (const chunk of content) chunks.push(chunk as Uint8Array)
      else chunks.push(Buffer.from(content))
      const bytes = Buffer.concat(chunks)
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      contents.set(sha256, bytes)
      return { sha256, name, size: bytes.length, type: typeNamed(name) }
    },
  }
}

/** Addresses as the hub makes them, with a key that everybody knows. */
const testLinks = createPublicLinks({ key: createSecretKey(Buffer.alloc(32)), origin: 'https://passeur.example' })

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} }

interface Stored {
  document: Document
  journal: JournalLine[]
  wakeUp: Date | null
}

export interface TestDocument {
  readonly id: string
  readonly state: string
  readonly message: string
  readonly data: Document['data']
  readonly current: Document
  /** Lines of journal, oldest first. */
  readonly journal: readonly string[]
  /** What an agent sees as buttons: name → `true` or the sentence of the refusal. */
  readonly buttons: Readonly<Record<string, true | string>>
  edit(values: Readonly<Record<string, unknown>>): readonly Problem[]
  /** Presses a button, then runs what is due now. @throws with the sentence when it is refused. */
  ask(action: string): Promise<void>
  submit(): Promise<void>
  /** Something happens outside: a recipient reads. @throws with the sentence when it is refused */
  signal(name: string, payload?: Readonly<Record<string, unknown>>): Promise<void>
  /** Applies an event as it is: what an administrator or a remote does. */
  happen(event: Event): Promise<void>
}

/** A document that a task asked for; `by` is the one it belongs to. */
export interface CreatedByTask extends NewDocument {
  readonly id: string
  readonly by: string
}

export interface TestHub {
  readonly clock: VirtualClock
  readonly flow: CompiledFlow
  readonly ports: EnginePorts
  /** Documents of other flows that tasks created, in order. */
  readonly created: readonly CreatedByTask[]
  /** What is wrong with whatever tasks create; nothing at first. */
  readonly createdProblems: string[]
  /** Other flows that have connectors of their own; none at first. */
  readonly associated: Set<string>
  /** Groups of the address book, by the way a list writes them: `groupe: "Élus"`; none at first. */
  readonly groups: Map<string, readonly Addressee[]>
  create(values: Readonly<Record<string, unknown>>): Promise<TestDocument>
  /** Lets virtual time pass, running each task at its date. */
  advance(by: Duration): Promise<void>
  /** Runs everything due now. */
  settleDown(): Promise<void>
  /** Wakes a document up as the queue would, whatever the date. */
  wake(document: TestDocument): Promise<Performed>
  /** The instance behind a capability, to suspend it or to set its pace. */
  readonly instances: Map<string, InstanceSettings>
  /** Puts a suspended instance right again. */
  resume(capability: CapabilityName): Promise<void>
}

/**
 * A whole hub in memory with virtual time: the same engine as in production on other ports. Thirty days of polling take a
 * fraction of a second.
 * @param capabilities what stands behind the slots; a capability left out is an association that nobody made
 */
export const testHub = (
  flow: Flow,
  steps: readonly { readonly definition: AnyStep }[],
  capabilities: Partial<Capabilities>,
  {
    files,
    start,
    around = ports => ports,
  }: {
    readonly files?: Files
    readonly start?: string
    /** Stands between the engine and its ports: what the player does to make calls fail. */
    readonly around?: (ports: EnginePorts) => EnginePorts
  } = {},
): TestHub => {
  const clock = virtualClock(start)
  const compiled = compileFlow(flow.stored, new Map(steps.map(step => [step.definition.id, step.definition])))
  const store = new Map<string, Stored>()
  const created: CreatedByTask[] = []
  const createdProblems: string[] = []
  const associated = new Set<string>()
  const groups = new Map<string, readonly Addressee[]>()
  const instances = new Map<string, InstanceSettings>(
    Object.keys(capabilities).map(name => [name, { id: name, label: `Connecteur ${name}` }]),
  )

  const stored = (id: string): Stored => {
    const found = store.get(id)
    if (!found) throw new Error(`no document ${id}`)
    return found
  }
  const write = (move: Move, journal: readonly JournalLine[], wakeUp: Date | null): Document => {
    const lines = move.entries.map(entry => ({
      at: clock.now(),
      event: entry.event,
      message: entry.message,
      author: entry.by,
    }))
    store.set(move.document.id, {
      document: move.document,
      journal: [...journal, ...lines],
      wakeUp: move.wakeUp === 'unchanged' ? wakeUp : move.wakeUp,
    })
    return move.document
  }
  const contents = async (document: Document): Promise<DocumentContents> => ({
    id: document.id,
    title: document.title,
    flow: { id: compiled.id, label: compiled.label },
    entity: { id: document.entityId, name: 'Ville de Démonstration', siren: '213400000' },
    createdAt: document.createdAt,
    fields: compiled.fields,
    values: document.data,
  })
  const ports = around({
    documents: {
      load: async (_entity, id) => store.get(id)?.document,
      commit: async (move, expected) => {
        const { document, journal, wakeUp } = stored(move.document.id)
        if (document.version !== expected) throw errors.documentMoved()
        return write(move, journal, wakeUp)
      },
      journal: async document => stored(document.id).journal,
      contents: async document => contents(document),
    },
    kin: {
      create: async (parent, found) => {
        const before = created.find(each => each.by === parent.id && each.reference === found.reference)
        if (before) return { id: before.id, is: 'known', problems: [...createdProblems] }
        const id = `autre${created.length + 1}`
        created.push({ ...found, id, by: parent.id })
        return { id, is: 'created', problems: [...createdProblems] }
      },
      siblings: async (document, { step: alias, field }) => {
        const step = stepNamed(compiled, alias)
        const held = document.data[`${alias}.${field}`]
        return Readable.from(
          [...store.values()]
            .map(each => each.document)
            .filter(({ data }) => held !== undefined && data[`${alias}.${field}`] === held)
            .map(({ id, title, data }) => ({ id, title, inputs: inputsOf(step, data), data: fieldsOf(step, data) })),
        )
      },
      associated: async (_document, flowId) => associated.has(flowId),
      twins: async (document, field) =>
        [...store.values()]
          .map(each => each.document)
          .filter(other => other.id !== document.id && other.state !== DRAFT)
          .filter(other => document.data[field] !== undefined && other.data[field] === document.data[field])
          .map(({ id, title, state }) => ({
            id,
            title,
            state,
            stateLabel: compiled.states[state]?.label ?? state,
          })),
    },
    contacts: {
      read: async (_entity, list) =>
        readMailList(list).map(entry => {
          if (entry.is === 'address') return { entry, people: [{ name: entry.name, address: entry.address }] }
          const people = groups.get(entry.written)
          return people ? { entry, people } : { entry, people: [], fault: `« ${entry.written} » est inconnu.` }
        }),
    },
    instances: {
      of: async () =>
        new Map(
          compiled.steps.flatMap(step =>
            step.needs.flatMap(need => {
              const instance = instances.get(need)
              return instance ? [[slotOf(step.alias, need), instance] as const] : []
            }),
          ),
        ),
      connect: async id => ({ [id]: capabilities[id as CapabilityName] }),
      during: (_ids, _about, work) => work(),
      suspend: async (id, message) => {
        const instance = instances.get(id)
        if (instance) instances.set(id, { ...instance, suspended: message })
      },
    },
    lanes: { enter: async () => ({ go: true }), leave: async () => {} },
    flows: { get: () => compiled },
    processes: { id: 'test', isAlive: async () => false },
    publicLinks: testLinks,
    files: files ?? memoryFiles(),
    clock,
    log: silent,
  })

  const nextDue = (until: Date): Stored | undefined =>
    [...store.values()]
      .filter(each => each.wakeUp !== null && each.wakeUp <= until)
      .toSorted((a, b) => (a.wakeUp?.getTime() ?? 0) - (b.wakeUp?.getTime() ?? 0))[0]

  const runUntil = async (until: Date) => {
    for (let due = nextDue(until); due?.wakeUp; due = nextDue(until)) {
      if (due.wakeUp > clock.now()) clock.set(due.wakeUp)
      due.wakeUp = null
      await perform(ports, due.document.entityId, due.document.id)
    }
    if (until > clock.now()) clock.set(until)
  }

  const view = (id: string): TestDocument => ({
    id,
    get state() {
      return stored(id).document.state
    },
    get message() {
      return stored(id).document.message
    },
    get data() {
      return stored(id).document.data
    },
    get current() {
      return stored(id).document
    },
    get journal() {
      return stored(id).journal.map(line => line.message)
    },
    get buttons() {
      return Object.fromEntries(
        offers(compiled, stored(id).document, clock.now()).map(offer => [offer.name, offer.available]),
      )
    },
    edit(values) {
      const { document, journal, wakeUp } = stored(id)
      const found = inputProblems(compiled, document, values, clock.now())
      if (found.length === 0)
        write(
          {
            ...settle(compiled, document, { is: 'edited', values, what: 'Modification', by: 'agent' }, clock.now()),
            wakeUp: 'unchanged',
          },
          journal,
          wakeUp,
        )
      return found
    },
    async ask(action) {
      const { document } = stored(id)
      const task = compiled.tasks[action]
      const allowed = isBuiltIn(action)
        ? mayDo(compiled, document, action, clock.now())
        : task
          ? mayAsk(compiled, document, task, clock.now())
          : `l'action « ${action} » n'existe pas`
      if (allowed !== true) throw new Error(allowed)
      await this.happen(isBuiltIn(action) ? BUILT_IN_EVENTS[action] : { is: 'asked', task: action, by: 'agent' })
    },
    async submit() {
      await this.ask('envoyer')
    },
    async signal(name, payload = {}) {
      const { document } = stored(id)
      const outcome = await outcomeOf(compiled, document, name, payload, {
        now: clock.now(),
        files: ports.files,
        contents: async () => contents(document),
      })
      if (typeof outcome === 'string') throw new Error(outcome)
      await this.happen({ is: 'signalled', signal: name, outcome })
    },
    async happen(event) {
      const { document, journal, wakeUp } = stored(id)
      write(settle(compiled, document, event, clock.now()), journal, wakeUp)
      await runUntil(clock.now())
    },
  })

  return {
    clock,
    flow: compiled,
    ports,
    created,
    createdProblems,
    associated,
    groups,
    instances,
    async create(values) {
      const id = `doc${store.size + 1}`
      write(
        settle(
          compiled,
          blank(compiled, { id, entityId: '1', createdBy: 'agent' }, values, clock.now()),
          { is: 'created', by: 'agent' },
          clock.now(),
        ),
        [],
        null,
      )
      return view(id)
    },
    advance: by => runUntil(new Date(clock.now().getTime() + milliseconds(by))),
    settleDown: () => runUntil(clock.now()),
    wake: document => perform(ports, '1', document.id),
    async resume(capability) {
      const instance = instances.get(capability)
      if (instance) instances.set(capability, { id: instance.id, label: instance.label })
      for (const each of store.values())
        if (each.document.waitingFor === capability) {
          each.document = { ...each.document, waitingFor: undefined }
          each.wakeUp = each.document.due?.at ?? null
        }
      await runUntil(clock.now())
    },
  }
}

const BUILT_IN_EVENTS: Readonly<Record<BuiltIn, Event>> = {
  envoyer: { is: 'sent', by: 'agent' },
  poursuivre: { is: 'continued', by: 'agent' },
  confirmer: { is: 'confirmed', by: 'agent' },
  rouvrir: { is: 'reopened', by: 'agent' },
  abandonner: { is: 'abandoned', by: 'agent' },
  supprimer: { is: 'deleted', by: 'agent' },
}

import { fieldsRead } from '../../authoring/conditions.ts'
import { editableFields } from '../../engine/form.ts'
import { offers, type Offer } from '../../engine/availability.ts'
import type { CompiledFlow, CompiledState } from '../../engine/model.ts'
import type { Flow } from '../../authoring/flows.ts'
import type { AnyStep } from '../../authoring/steps.ts'
import { memoryFiles, testHub, virtualClock, type TestDocument, type TestHub } from '../test-hub.ts'
import type { FlowExample, Materials, StepExample } from './example.ts'
import { filledIn } from './form.ts'
import { createInterceptor, type Interceptor, type Turn } from './interceptor.ts'
import { playedTown } from './town.ts'

type Values = Readonly<Record<string, unknown>>

/** What is played: a flow, the steps there are, and what each of them and the flow need. */
export interface Played {
  readonly flow: Flow
  readonly steps: ReadonlyMap<string, AnyStep>
  /** By identifier of the step. */
  readonly stepExamples: ReadonlyMap<string, StepExample>
  readonly example: FlowExample
}

/** One move, and what happens meanwhile to the calls that it makes. */
export interface Play {
  /** `depart:…`, `bouton:…`, `signal:…`, `corriger:…`, `attendre` (until something is due) or `silence` (nobody answers). */
  readonly move: string
  readonly turns: readonly Turn[]
}

/** A document on its way, in a hub and a town of its own. */
export interface Session {
  readonly hub: TestHub
  readonly document: TestDocument
  readonly interceptor: Interceptor
  readonly departure: string
  /** Which corrections were typed since the document is where it is. */
  corrected: string
}

/** When the time of a virtual hub begins. */
const START = virtualClock().now()

/** While nobody answers, remotes are asked at this pace: what is to be seen is where silence leads, not every question. */
const SLOWLY = '12 h'
/** Fifty days: more than any reminder. Where a step bounds the silence, its own bound is waited for. */
const MOST_POLLS = 100
const MOST_BOUNDED_POLLS = 1_000
const MOST_FAILURES = 8

/** Forms to begin with where the flow says nothing: every box ticked, then every box but one that decides of the route. */
const usualDepartures = ({ stored }: Flow): NonNullable<FlowExample['departures']> => {
  const read = new Set(stored.steps.flatMap(({ when }) => (when ? fieldsRead(when) : [])))
  const boxes = [...read].filter(name => stored.fields[name]?.kind === 'flag')
  return {
    complet: () => ({}),
    ...Object.fromEntries(boxes.map(name => [`sans ${name}`, () => ({ [name]: false })])),
  }
}

export const departuresOf = ({ flow, example }: Played): NonNullable<FlowExample['departures']> =>
  example.departures ?? usualDepartures(flow)

const prefixed = (alias: string, values: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`${alias}.${name}`, value]))

const exampleOf = ({ stepExamples }: Played, flow: CompiledFlow, alias: string | undefined): StepExample => {
  const step = flow.steps.find(each => each.alias === alias)
  return (step && stepExamples.get(step.definition.id)) ?? {}
}

export const begin = async (played: Played, departure: string): Promise<Session> => {
  const { flow, steps, example, stepExamples } = played
  // What is made before the hub reads its clock later.
  const clock: { now: () => Date } = { now: () => START }
  const now = () => clock.now()
  const town = playedTown(now)
  let interceptor: Interceptor | undefined
  const files = memoryFiles()
  const materials: Materials = { now, files, save: (content, name) => files.save(content, name) }
  const needed = [...steps.values()].filter(({ id }) => flow.stored.steps.some(placed => placed.step === id))
  const settings = Object.assign(
    {},
    ...needed.map(({ id }) => stepExamples.get(id)?.settings ?? {}),
  ) as object as Values
  const answers = [
    town.answers,
    ...needed.flatMap(({ id }) => stepExamples.get(id)?.answers ?? []),
    ...(example.answers ? [example.answers] : []),
  ]
  const hub = testHub(
    flow,
    needed.map(definition => ({ definition })),
    { ...town.capabilities, reglages: { lire: async () => settings }, ...example.remotes?.(materials) },
    {
      files,
      around: ports => {
        interceptor = createInterceptor(ports.flows.get(flow.stored.id, flow.stored.version), answers)
        return interceptor.around(ports)
      },
    },
  )
  clock.now = () => hub.clock.now()
  if (!interceptor) throw new Error('no interceptor')
  const ofSteps = Object.assign(
    {},
    ...hub.flow.steps.map(step => prefixed(step.alias, exampleOf(played, hub.flow, step.alias).values ?? {})),
  ) as object
  const given = await departuresOf(played)[departure]?.(materials)
  const document = await hub.create(await filledIn(hub.flow, { ...ofSteps, ...given }, materials))
  return { hub, document, interceptor, departure, corrected: '' }
}

export const stateOf = ({ hub, document }: Session): CompiledState => {
  const state = hub.flow.states[document.state]
  if (!state) throw new Error(`no state ${document.state}`)
  return state
}

/** Where the session is, as the map knows it: a failure is known by the task that failed too. */
export const placeOf = (session: Session): string => {
  const { document, departure, corrected } = session
  const { name, kind } = stateOf(session)
  if (kind === 'draft') return `${name} (${departure})`
  const failed = kind === 'trouble' || kind === 'uncertain' ? document.current.back?.task : undefined
  return [name, ...(failed === undefined ? [] : [`après ${failed}`]), ...(corrected === '' ? [] : [corrected])].join(
    ' ',
  )
}

export const offersOf = ({ hub, document }: Session): readonly Offer[] =>
  offers(hub.flow, document.current, hub.clock.now()).filter(offer => offer.available === true && !offer.opens)

const correctionsOf = (played: Played, session: Session): readonly Readonly<Record<string, unknown>>[] => {
  const { name, step } = stateOf(session)
  const short = name.slice(name.indexOf('.') + 1)
  const ofStep = exampleOf(played, session.hub.flow, step).corrections?.[short] ?? []
  if (step !== undefined) return played.example.corrections?.[name] ?? ofStep.map(values => prefixed(step, values))
  // Once the route is over, what stays open depends on the way that was taken.
  const open = editableFields(session.hub.flow, session.document.current)
  return (played.example.corrections?.[name] ?? []).filter(values =>
    Object.keys(values).every(field => open.has(field)),
  )
}

const signalsOf = (played: Played, { hub, document }: Session) =>
  Object.values(hub.flow.signals)
    .filter(signal => signal.from.includes(document.state))
    .flatMap(signal => {
      const short = signal.name.slice(signal.name.indexOf('.') + 1)
      const data = Object.fromEntries(
        Object.entries(document.data)
          .filter(([name]) => name.startsWith(`${signal.step}.`))
          .map(([name, value]) => [name.slice(signal.step.length + 1), value]),
      )
      return (exampleOf(played, hub.flow, signal.step).signals?.[short] ?? []).flatMap((payloadOf, rank) => {
        const payload = payloadOf(data)
        return payload ? [{ move: `signal:${signal.name}:${rank}`, name: signal.name, payload }] : []
      })
    })

/** Everything that may be done where the session is. */
export const movesOf = (played: Played, session: Session): readonly string[] => {
  const { due, waitingFor } = session.document.current
  const polls = due && session.hub.flow.tasks[due.task]?.definition.every !== undefined
  return [
    ...(session.corrected === '' ? correctionsOf(played, session).map((_, rank) => `corriger:${rank}`) : []),
    ...(due && waitingFor === undefined ? ['attendre'] : []),
    ...signalsOf(played, session).map(({ move }) => move),
    ...offersOf(session)
      .filter(({ name }) => name !== 'supprimer')
      .map(({ name }) => `bouton:${name}`),
    ...(polls ? ['silence'] : []),
  ]
}

const untilDue = async ({ hub, document }: Session): Promise<void> => {
  const at = document.current.due?.at
  if (at === undefined) return
  await hub.advance(`${Math.max(0, Math.ceil((at.getTime() - hub.clock.now().getTime()) / 1000))} s`)
}

const silence = async (session: Session): Promise<void> => {
  const { hub, document } = session
  const before = document.state
  const usual = [...hub.instances]
  for (const [name, settings] of usual) hub.instances.set(name, { ...settings, polling: SLOWLY })
  for (let polls = 0; document.state === before; polls += 1) {
    const { due } = document.current
    const isBounded = due !== undefined && hub.flow.tasks[due.task]?.definition.within !== undefined
    if (!due || polls >= (isBounded ? MOST_BOUNDED_POLLS : MOST_POLLS)) break
    await untilDue(session)
  }
  for (const [name, settings] of usual) hub.instances.set(name, settings)
}

const press = async (session: Session, name: string): Promise<void> => {
  const offer = offersOf(session).find(each => each.name === name)
  if (offer?.confirm !== undefined) session.interceptor.settled()
  await session.document.ask(name)
}

/**
 * Does it, then lets what failed for a while come back.
 * @returns what is wrong with what was done
 */
export const perform = async (played: Played, session: Session, play: Play): Promise<readonly string[]> => {
  const { document, interceptor } = session
  interceptor.arm(play.turns)
  const before = document.state
  const [kind, what = '', rank = ''] = play.move.split(':')
  const faults: string[] = []
  if (kind === 'bouton') await press(session, what)
  else if (kind === 'attendre') await untilDue(session)
  else if (kind === 'silence') await silence(session)
  else if (kind === 'corriger') {
    const wanted = correctionsOf(played, session)[Number(what)] ?? {}
    const open = editableFields(session.hub.flow, document.current)
    const closed = Object.keys(wanted).filter(name => !open.has(name))
    faults.push(
      ...closed.map(name => `« ${name} » ne se corrige pas`),
      ...(closed.length > 0 ? [] : document.edit(wanted).map(({ message }) => `correction refusée : ${message}`)),
    )
    session.corrected = `corrigé ${what}`
  } else if (kind === 'signal') {
    const signal = signalsOf(played, session).find(each => each.move === `signal:${what}:${rank}`)
    if (signal) await document.signal(signal.name, signal.payload)
  }
  for (let tries = 0; tries < MOST_FAILURES && (document.current.due?.failures ?? 0) > 0; tries += 1)
    await untilDue(session)
  if (document.state !== before) session.corrected = ''
  return faults
}

import type { CompiledState } from '../../engine/model.ts'
import { faultsHere } from './duties.ts'
import { turnId, type Call } from './interceptor.ts'
import {
  begin,
  departuresOf,
  movesOf,
  perform,
  placeOf,
  stateOf,
  type Play,
  type Played,
  type Session,
} from './session.ts'

export type { Answers, FlowExample, Materials, StepExample } from './example.ts'
export type { Played } from './session.ts'

/** What a flow showed when it was played. */
export interface Performance {
  /** States that no document reached, and that nothing excuses. */
  readonly missed: readonly string[]
  /** States that the flow says nobody can reach, and that were reached. */
  readonly uselessExceptions: readonly string[]
  /** What an agent should never meet, in sentences. */
  readonly faults: readonly string[]
  readonly plays: number
  /** Was everything that may happen tried, or was the number of plays spent first? */
  readonly exhausted: boolean
}

/** A play that was tried somewhere, where it led, and the calls that were made meanwhile. */
interface Edge {
  readonly play: Play
  to: string
  readonly calls: readonly Call[]
}

interface Place {
  readonly kind: CompiledState['kind']
  readonly moves: ReadonlySet<string>
  readonly edges: Map<string, Edge>
  /** Times that something was to happen here and did not: the call was not made by that document. */
  readonly vain: Map<string, number>
  /** Times that somebody set out for it and strayed. */
  missed: number
}

const OUTSIDE = 'dehors'
const ENOUGH = 4_000
const PATIENCE = 16
const MOST_TURNS = 3

const idOf = ({ move, turns }: Play): string => [move, ...turns.map(turnId)].join(' + ')

/** Each new document begins with another form. */
const rotated = <T>(list: readonly T[], by: number): readonly T[] =>
  list.map((_, rank) => list[(rank + by) % list.length]).flatMap(each => (each === undefined ? [] : [each]))

const excusedBySteps = ({ stepExamples }: Played, { steps }: Session['hub']['flow']): readonly string[] =>
  steps.flatMap(({ alias, definition }) =>
    Object.keys(stepExamples.get(definition.id)?.neverReached ?? {}).map(state => `${alias}.${state}`),
  )

/**
 * Plays a flow in virtual time: at each place everything that an agent may press and everything that a remote may answer is tried once, by
 * going from place to place by the ways already known, until nothing is left. No chance and no clock: it always plays alike.
 */
export const playFlow = async (played: Played): Promise<Performance> => {
  const places = new Map<string, Place>()
  const tried = new Set<string>()
  const reached = new Set<string>()
  const faults = new Set<string>()
  /** Places of trouble, and whether a button led out of them. */
  const left = new Map<string, boolean>()
  let plays = 0
  let restarts = 0
  let flow: Session['hub']['flow'] | undefined
  let turnsOf: Session['interceptor']['turnsOf'] = () => []

  places.set(OUTSIDE, {
    kind: 'draft',
    moves: new Set(Object.keys(departuresOf(played)).map(name => `depart:${name}`)),
    edges: new Map(),
    vain: new Map(),
    missed: 0,
  })

  /** A request that may be made anywhere after some state is tried in one place of each kind: everywhere would say nothing more. */
  const sideId = (move: string, { kind }: Place): string | undefined => {
    const [, button = ''] = move.split(':')
    return flow?.tasks[button]?.passed === undefined ? undefined : `${move} dans ${kind}`
  }
  const isTriedAside = (move: string, place: Place): boolean => {
    const side = sideId(move, place)
    return side !== undefined && tried.has(side)
  }

  /**
   * A play not tried yet at this place: one of its moves as it is, then with something happening to a call that it makes.
   * @param possible what may be done now: another document, or another message, may have left more
   */
  const untriedAt = (place: Place, possible: ReadonlySet<string> = place.moves): Play | undefined => {
    for (const move of place.moves) {
      if (!possible.has(move) || isTriedAside(move, place)) continue
      if (place.edges.has(idOf({ move, turns: [] }))) continue
      if (move === 'bouton:abandonner' && tried.has(move)) continue
      return { move, turns: [] }
    }
    for (const { play, calls } of place.edges.values()) {
      if (play.turns.length >= MOST_TURNS || !possible.has(play.move)) continue
      for (const call of calls) {
        if (play.turns.some(({ task, method }) => task === call.task && method === call.method)) continue
        for (const turn of turnsOf(call)) {
          const next = { move: play.move, turns: [...play.turns, turn] }
          if (!tried.has(turnId(turn)) && (place.vain.get(idOf(next)) ?? 0) < PATIENCE) return next
        }
      }
    }
    return undefined
  }

  /** First play of the shortest known way to a place where something is left to try; without `slow`, no silence is waited for. */
  const wayFrom = (start: string, slow: boolean): { readonly first: Play; readonly goal: string } | undefined => {
    const seen = new Set([start])
    let front: readonly { readonly at: string; readonly first: Play | undefined }[] = [{ at: start, first: undefined }]
    while (front.length > 0) {
      const next: { readonly at: string; readonly first: Play | undefined }[] = []
      for (const { at, first } of front) {
        const place = places.get(at)
        if (!place) continue
        if (first && place.missed < PATIENCE && untriedAt(place)) return { first, goal: at }
        const edges = [...place.edges.values()]
        const turned = at === OUTSIDE ? rotated(edges, restarts) : edges
        for (const { play, to } of turned) {
          if (seen.has(to) || (!slow && play.move === 'silence')) continue
          seen.add(to)
          next.push({ at: to, first: first ?? play })
        }
      }
      front = next
    }
    return undefined
  }

  /** A form that nothing began with yet. */
  const departure = (): { readonly first: Play } | undefined => {
    const outside = places.get(OUTSIDE)
    const first = outside && untriedAt(outside)
    return first && { first }
  }

  const arrive = (session: Session): void => {
    const key = placeOf(session)
    for (const { state } of session.document.current.trail) reached.add(state)
    const moves = movesOf(played, session)
    const known = places.get(key)
    const { kind } = stateOf(session)
    places.set(key, {
      kind,
      moves: new Set([...(known?.moves ?? []), ...moves]),
      edges: known?.edges ?? new Map<string, Edge>(),
      vain: known?.vain ?? new Map<string, number>(),
      missed: known?.missed ?? 0,
    })
    if ((kind === 'trouble' || kind === 'uncertain') && !left.has(session.document.state))
      left.set(session.document.state, false)
  }

  /** @returns `vain` when something that was to happen did not, `strayed` when it led elsewhere than the last time */
  const act = async (session: Session, play: Play): Promise<'vain' | 'strayed' | 'done'> => {
    const [from, state] = [placeOf(session), session.document.state]
    const found = await perform(played, session, play)
    plays += 1
    for (const fault of [...found, ...faultsHere(session, play)]) faults.add(`${state} : ${fault}`)
    arrive(session)
    const to = placeOf(session)
    const place = places.get(from)
    const known = place?.edges.get(idOf(play))
    const calls = new Map(
      [...(known?.calls ?? []), ...session.interceptor.calls()].map(call => [`${call.task} ${call.method}`, call]),
    )
    place?.edges.set(idOf(play), { play, to, calls: [...calls.values()] })
    const happened = session.interceptor.happened()
    const isVain = happened.length < play.turns.length
    if (isVain) place?.vain.set(idOf(play), (place.vain.get(idOf(play)) ?? 0) + 1)
    for (const turn of happened) tried.add(turnId(turn))
    const side = place && sideId(play.move, place)
    if (side !== undefined) tried.add(side)
    if (play.move === 'bouton:abandonner') tried.add(play.move)
    if (play.move.startsWith('bouton:') && session.document.state !== state && play.move !== 'bouton:abandonner')
      left.set(state, true)
    if (isVain) return 'vain'
    return known !== undefined && known.to !== to ? 'strayed' : 'done'
  }

  const open = async (name: string): Promise<Session> => {
    restarts += 1
    const session = await begin(played, name)
    flow ??= session.hub.flow
    turnsOf = session.interceptor.turnsOf
    arrive(session)
    places.get(OUTSIDE)?.edges.set(`depart:${name}`, {
      play: { move: `depart:${name}`, turns: [] },
      to: placeOf(session),
      calls: [],
    })
    return session
  }

  let session: Session | undefined
  let goal: string | undefined
  let stayed = new Set<string>()
  let exhausted = false
  while (plays < ENOUGH) {
    const here = session ? placeOf(session) : OUTSIDE
    const place = places.get(here)
    const possible = session ? new Set(movesOf(played, session)) : undefined
    const untried: Play | undefined = place && untriedAt(place, possible)
    // What is left here may need something that leaves the document here: « Répondre », then send.
    const staying: Play | undefined =
      !untried && goal === here
        ? [...(place?.edges.values() ?? [])].find(
            ({ play, to }) =>
              to === here && play.turns.length === 0 && possible?.has(play.move) && !stayed.has(idOf(play)),
          )?.play
        : undefined
    if (staying) stayed.add(idOf(staying))
    else if (!untried && place && goal === here) place.missed += 1
    const now = untried ?? staying
    const way: { readonly first: Play; readonly goal?: string } | undefined = now
      ? { first: now, ...(staying ? { goal: here } : {}) }
      : (wayFrom(here, false) ??
        departure() ??
        wayFrom(OUTSIDE, false) ??
        wayFrom(here, true) ??
        wayFrom(OUTSIDE, true))
    if (!way) {
      exhausted = true
      break
    }
    const { first } = way
    goal = way.goal
    if (first.move.startsWith('depart:')) session = await open(first.move.slice('depart:'.length))
    else if (session && possible?.has(first.move)) {
      const done = await act(session, first)
      const sought = goal === undefined ? undefined : places.get(goal)
      if (sought && done !== 'done') sought.missed += 1
      if (placeOf(session) !== here) stayed = new Set()
      // Another document may make the call that this one did not.
      if (done === 'vain') session = undefined
    } else {
      // The way is closed to this document: another one will find it, or another way.
      const edge = place?.edges.get(idOf(first))
      if (session && edge) edge.to = here
      session = undefined
    }
  }

  for (const [state, isLeft] of left) if (!isLeft) faults.add(`${state} : aucun bouton n'en fait sortir`)
  const excused = [...Object.keys(played.example.neverReached ?? {}), ...(flow ? excusedBySteps(played, flow) : [])]
  return {
    missed: Object.keys(flow?.states ?? {}).filter(name => !reached.has(name) && !excused.includes(name)),
    uselessExceptions: Object.keys(played.example.neverReached ?? {}).filter(name => reached.has(name)),
    faults: [...faults],
    plays,
    exhausted,
  }
}

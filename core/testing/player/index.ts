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
  readonly moves: ReadonlySet<string>
  readonly edges: Map<string, Edge>
  /** Times that somebody set out for it and strayed. */
  missed: number
}

const OUTSIDE = 'dehors'
const ENOUGH = 4_000
const PATIENCE = 6
const MOST_TURNS = 3

const idOf = ({ move, turns }: Play): string => [move, ...turns.map(turnId)].join(' + ')

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
  let flow: Session['hub']['flow'] | undefined
  let turnsOf: Session['interceptor']['turnsOf'] = () => []

  places.set(OUTSIDE, {
    moves: new Set(Object.keys(departuresOf(played)).map(name => `depart:${name}`)),
    edges: new Map(),
    missed: 0,
  })

  /** Plays not tried yet at this place: its moves as they are, then with something happening to a call that they make. */
  const untriedAt = (place: Place): Play | undefined => {
    for (const move of place.moves) {
      if (place.edges.has(idOf({ move, turns: [] }))) continue
      if (move === 'bouton:abandonner' && tried.has(move)) continue
      return { move, turns: [] }
    }
    for (const { play, calls } of place.edges.values()) {
      if (play.turns.length >= MOST_TURNS) continue
      for (const call of calls) {
        if (play.turns.some(({ task, method }) => task === call.task && method === call.method)) continue
        for (const turn of turnsOf(call)) {
          const next = { move: play.move, turns: [...play.turns, turn] }
          if (!tried.has(turnId(turn)) && !place.edges.has(idOf(next))) return next
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
        for (const { play, to } of place.edges.values()) {
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
    places.set(key, {
      moves: new Set([...(known?.moves ?? []), ...moves]),
      edges: known?.edges ?? new Map<string, Edge>(),
      missed: known?.missed ?? 0,
    })
    const { kind } = stateOf(session)
    if ((kind === 'trouble' || kind === 'uncertain') && !left.has(session.document.state))
      left.set(session.document.state, false)
  }

  /** @returns whether it led elsewhere than the last time */
  const act = async (session: Session, play: Play): Promise<boolean> => {
    const [from, state] = [placeOf(session), session.document.state]
    const found = await perform(played, session, play)
    plays += 1
    for (const fault of [...found, ...faultsHere(session, play)]) faults.add(`${state} : ${fault}`)
    arrive(session)
    const to = placeOf(session)
    const calls = session.interceptor.calls()
    const place = places.get(from)
    const known = place?.edges.get(idOf(play))
    place?.edges.set(idOf(play), { play, to, calls })
    for (const turn of session.interceptor.happened()) tried.add(turnId(turn))
    if (play.move === 'bouton:abandonner') tried.add(play.move)
    if (play.move.startsWith('bouton:') && session.document.state !== state && play.move !== 'bouton:abandonner')
      left.set(state, true)
    return known !== undefined && known.to !== to
  }

  const open = async (name: string): Promise<Session> => {
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
  let exhausted = false
  while (plays < ENOUGH) {
    const here = session ? placeOf(session) : OUTSIDE
    const place = places.get(here)
    const untried: Play | undefined = place && untriedAt(place)
    const way: { readonly first: Play; readonly goal?: string } | undefined = untried
      ? { first: untried }
      : (wayFrom(here, false) ??
        departure() ??
        wayFrom(OUTSIDE, false) ??
        wayFrom(here, true) ??
        wayFrom(OUTSIDE, true))
    if (!way) {
      exhausted = true
      break
    }
    let strayed = false
    if (way.first.move.startsWith('depart:')) session = await open(way.first.move.slice('depart:'.length))
    else if (session && place?.moves.has(way.first.move)) {
      const { first } = way
      // What was possible the last time may not be now: another document, another message.
      if (movesOf(played, session).includes(first.move)) strayed = await act(session, first)
      else {
        place.edges.set(idOf(first), { play: first, to: here, calls: [] })
        session = undefined
        strayed = true
      }
    } else session = undefined
    const goal = way.goal === undefined ? undefined : places.get(way.goal)
    if (goal && strayed) goal.missed += 1
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

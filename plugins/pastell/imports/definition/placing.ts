import { errors, type AnyStep, type Condition, type PlacedStep } from '#core'
import { nameOf } from '../studio/elements.ts'
import { adapted, type Remark } from '../studio/format.ts'
import { conditionOf, inherited } from './conditions.ts'
import type { Own } from './first-page.ts'
import { placeManual, placeStep, type Since } from './place.ts'
import { canonical, type Definition } from './read.ts'
import { goesOn, type Route, type Stretch } from './stretches.ts'

/** Names that every document has. */
export const RESERVED = ['brouillon', 'termine', 'abandonne']

const refuse = (message: string) => errors.badInput({ fields: [{ field: '/', code: 'pastell', message }] })

/** What an alias may be: a name, that no field nor other step has. */
const aliasOf = (wanted: string, taken: Set<string>): string => {
  const base = nameOf(canonical(wanted))
  let alias = base
  for (let rank = 2; taken.has(alias); rank++) alias = `${base}${rank}`
  taken.add(alias)
  return alias
}

/** @throws errors.badInput when the step is not installed */
export const stepOf = (steps: ReadonlyMap<string, AnyStep>, id: string): AnyStep => {
  const step = steps.get(id)
  if (!step) throw refuse(`L'étape « ${id} » n'est pas installée sur cette plateforme.`)
  return step
}

/** A form that ticks no step goes nowhere, as before: what is beside the route is not a reason to leave. */
const whenever = (route: readonly PlacedStep[]): { readonly when?: Condition } => {
  const any = route.flatMap(({ when }) => (when ? [when] : []))
  return route.length > 0 && any.length === route.length ? { when: { any } } : {}
}

/**
 * The steps of a flow in the order of the route, what is beside it first: it is then offered from the departure on.
 * @param namesIn every state and action that a stretch answers for
 */
export const placeAll = ({
  definition,
  steps,
  route,
  own,
  namesIn,
}: {
  readonly definition: Definition
  readonly steps: ReadonlyMap<string, AnyStep>
  readonly route: Route
  readonly own: Own
  namesIn(stretch: Stretch): readonly string[]
}): { readonly placed: readonly PlacedStep[]; readonly remarks: readonly Remark[] } => {
  const remarks: Remark[] = []
  const since: Since = new Map()
  const claimed = new Set<string>()
  const aliases = new Set([...RESERVED, ...[...own.values()].map(each => each.name)])
  /** When the document is in a state at all: under the condition of the step that leads there. */
  const reached = new Map<string, Condition | undefined>()
  const onRoute = route.stretches.map((stretch, index): PlacedStep => {
    const alias = aliasOf(stretch.is === 'step' ? stretch.step : stretch.entry.id, aliases)
    const { placed: one, remarks: said } =
      stretch.is === 'manual'
        ? placeManual(stretch, alias, 'route')
        : placeStep(stretch, { alias, definition, step: stepOf(steps, stretch.step), page: own, since, claimed })
    const { when: asked, remarks: ofCondition } = conditionOf(stretch, own)
    const when = asked ?? inherited(stretch, reached)
    remarks.push(...said, ...ofCondition)
    if (when && !asked)
      remarks.push(
        adapted(stretch.entry.at, `« ${stretch.entry.id} » n'a lieu que si l'étape dont il attend l'état a eu lieu`),
      )
    for (const name of namesIn(stretch)) reached.set(name, when)
    const following = route.stretches[index + 1]
    const step = steps.get(one.step)
    const ends = Object.entries(one.pastell ?? {}).flatMap(([at, name]) =>
      step?.states[at.replace('states.', '')]?.ends === 'next' ? [name] : [],
    )
    const waits = following?.is === 'step' && !goesOn(stretch, definition, ends)
    if (waits)
      remarks.push(
        adapted(stretch.entry.at, `après « ${one.label ?? step?.label ?? alias} », le document attend « Poursuivre »`),
      )
    return { ...one, ...(when ? { when } : {}), ...(waits ? { manual: true as const } : {}) }
  })
  const beside = route.beside.map((stretch): PlacedStep => {
    const { placed, remarks: said } = placeManual(stretch, aliasOf(stretch.entry.id, aliases), 'beside')
    remarks.push(...said)
    return { ...placed, ...whenever(onRoute) }
  })
  return { placed: [...beside, ...onRoute], remarks }
}

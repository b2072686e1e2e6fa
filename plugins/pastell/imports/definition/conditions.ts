import type { Condition } from '#core'
import { adapted, type Remark } from '../studio/format.ts'
import { conditionOn } from './fields.ts'
import type { Own } from './first-page.ts'
import { textsOf } from './read.ts'
import { boxOf, contentOf, type Stretch } from './stretches.ts'

/** When a stretch takes place: what its rule says of the form, or the box that older flows look at. */
export const conditionOf = (
  stretch: Stretch,
  own: Own,
): { readonly when?: Condition; readonly remarks: readonly Remark[] } => {
  const at = stretch.entry.at
  const content = Object.entries(contentOf(stretch.entry.rule))
  const known = content.flatMap(([field, wanted]) => {
    const found = own.get(field)
    return found ? [conditionOn(found.spec, found.name, wanted)] : []
  })
  const remarks = content
    .filter(([field]) => !own.has(field))
    .map(([field]) =>
      adapted(`${at}/rule`, `la condition sur « ${field} » : ce champ vient d'une étape, elle n'y est plus`),
    )
  const [only] = known
  if (only) return { when: known.length > 1 ? { all: known } : only, remarks }
  const box = stretch.is === 'step' ? own.get(boxOf(stretch.step, field => own.has(field)) ?? '') : undefined
  if (!box || box.spec.kind !== 'flag') return { remarks }
  const said = adapted(at, `l'étape est prise quand la case « ${box.spec.label} » est cochée`)
  return { when: { field: box.name, is: true }, remarks: [...remarks, said] }
}

/** What waits for states of one step alone is skipped with it. */
export const inherited = (
  stretch: Stretch,
  reached: ReadonlyMap<string, Condition | undefined>,
): Condition | undefined => {
  const states = textsOf(stretch.entry.rule['last-action'])
  const conditions = states.map(state => reached.get(state))
  const [first] = conditions
  return first && conditions.every(each => JSON.stringify(each) === JSON.stringify(first)) ? first : undefined
}

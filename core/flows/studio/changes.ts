import type { FieldSpec } from '../../authoring/fields.ts'
import type { StoredFlow } from '../../authoring/flows.ts'
import type { PlacedStep } from '../../authoring/steps.ts'

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

/** One kind of part of a flow (its fields, its steps), by name, each with its label: « ajouté », « retiré », « modifié ». */
interface Part<T> {
  readonly what: string
  readonly ends: '' | 'e'
  labelOf(each: T): string
}

const FIELDS: Part<FieldSpec> = { what: 'champ', ends: '', labelOf: ({ label }) => label }
const STEPS: Part<PlacedStep> = { what: 'étape', ends: 'e', labelOf: ({ label, alias }) => label ?? alias }

const partChanges = <T>(
  { what, ends, labelOf }: Part<T>,
  before: ReadonlyMap<string, T>,
  after: ReadonlyMap<string, T>,
): readonly string[] => {
  const said = (name: string, each: T, verb: string) => {
    const label = labelOf(each)
    return `${what} « ${label} »${label === name ? '' : ` (${name})`} ${verb}${ends}`
  }
  const gone = [...before].filter(([name]) => !after.has(name)).map(([name, each]) => said(name, each, 'retiré'))
  const now = [...after].flatMap(([name, each]) => {
    if (!before.has(name)) return [said(name, each, 'ajouté')]
    return same(before.get(name), each) ? [] : [said(name, each, 'modifié')]
  })
  const common = (names: Iterable<string>, others: ReadonlyMap<string, T>) =>
    [...names].filter(each => others.has(each))
  const reordered = !same(common(before.keys(), after), common(after.keys(), before))
  return [...gone, ...now, ...(reordered ? [`ordre des ${what}s modifié`] : [])]
}

const IDENTITY: readonly (readonly [key: keyof StoredFlow, said: string])[] = [
  ['label', 'nom modifié'],
  ['family', 'famille modifiée'],
  ['description', "page d'aide modifiée"],
  ['maxBytes', 'taille des fichiers modifiée'],
  ['pastell', 'nom Pastell modifié'],
  ['companion', 'usage par les destinataires modifié'],
]

const fieldsOf = ({ fields }: StoredFlow) => new Map(Object.entries(fields))
const stepsOf = ({ steps }: StoredFlow) => new Map(steps.map(step => [step.alias, step]))

/**
 * What a version says that the one before did not, one short phrase each, in French.
 * @param before none: the first version
 */
export const changesBetween = (before: StoredFlow | undefined, after: StoredFlow): readonly string[] =>
  before === undefined
    ? ['première version']
    : [
        ...IDENTITY.flatMap(([key, said]) => (same(before[key], after[key]) ? [] : [said])),
        ...partChanges(FIELDS, fieldsOf(before), fieldsOf(after)),
        ...partChanges(STEPS, stepsOf(before), stepsOf(after)),
      ]

/** How many changes a sentence tells. */
const TOLD = 20

/** The changes as one sentence of the journal. */
export const toldChanges = (changes: readonly string[]): string => {
  if (changes.length === 0) return 'rien ne change'
  const rest = changes.length - TOLD
  return [
    ...changes.slice(0, TOLD),
    ...(rest > 0 ? [`${rest} autre${rest > 1 ? 's' : ''} changement${rest > 1 ? 's' : ''}`] : []),
  ].join(', ')
}

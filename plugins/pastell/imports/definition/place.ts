import type { AnyStep, Binding, PlacedStep } from '#core'
import { ruleWithout, unknownRuleKeys } from '../rules/rules.ts'
import { adapted, carried, lost, textOf, type Remark } from '../studio/format.ts'
import { ofTheDocument, type FirstPage } from '../studio/steps.ts'
import { GIVES, INPUTS, LOGICAL } from './classes.ts'
import type { ActionRead, Definition } from './read.ts'
import { isSystemOnly, preparationOf, type ManualStretch, type StepStretch } from './stretches.ts'

/** A name of our step that Pastell's definition bears: `states.envoye` → `send-iparapheur`. */
export interface PublicName {
  readonly at: `states.${string}` | `tasks.${string}` | `fields.${string}`
  readonly name: string
  /** The one that our step has without anybody saying so. */
  readonly usual: string
}

/**
 * The names that a definition gives to a step: by the actions themselves, by their mappings, else the same as in Pastell's own flows
 * (« a name absent from the mapping maps to itself »).
 */
export const publicNames = (stretch: StepStretch, definition: Definition, step: AnyStep): readonly PublicName[] => {
  const mapping = Object.assign({}, ...stretch.actions.map(each => each.read.mapping)) as Readonly<
    Record<string, string>
  >
  const actions = new Set(definition.actions.map(each => each.id))
  const fields = new Set(definition.fields.map(each => each.id))
  const byAction = new Map(
    stretch.actions.flatMap(({ read, known }) =>
      known.action === undefined ? [] : [[known.action, read.id] as const],
    ),
  )
  const logical = LOGICAL[stretch.step] ?? {}
  const named = (usual: string): string => {
    const theirs = logical[usual] ?? usual
    return byAction.get(usual) ?? mapping[theirs] ?? mapping[usual] ?? theirs
  }
  const preparation = preparationOf(stretch, definition)?.id
  const ofStates = Object.entries(step.states).flatMap(([name, { pastell }]): readonly PublicName[] => {
    if (pastell === undefined) return []
    const given = name === step.initial && preparation !== undefined ? preparation : named(pastell)
    return actions.has(given) ? [{ at: `states.${name}`, name: given, usual: pastell }] : []
  })
  const ofTasks = Object.entries(step.tasks).flatMap(([name, { pastell }]): readonly PublicName[] =>
    pastell !== undefined && actions.has(named(pastell))
      ? [{ at: `tasks.${name}`, name: named(pastell), usual: pastell }]
      : [],
  )
  const ofFields = Object.entries(step.fields).flatMap(([name, { options }]): readonly PublicName[] => {
    if (options.pastell === undefined) return []
    // What the mapping of ours says differently from the classes is only a default: the plain name does as well.
    const given = [named(options.pastell), options.pastell].find(each => fields.has(each))
    return given === undefined ? [] : [{ at: `fields.${name}`, name: given, usual: options.pastell }]
  })
  return [...ofStates, ...ofTasks, ...ofFields]
}

const labelsOf = (names: readonly PublicName[], definition: Definition): Readonly<Record<string, string>> => {
  const byId = new Map(definition.actions.map(each => [each.id, each.options]))
  return Object.fromEntries(
    names.flatMap(({ at, name }) => {
      const options = byId.get(name)
      const label = at.startsWith('tasks.')
        ? (textOf(options?.['name-action']) ?? textOf(options?.['name']))
        : textOf(options?.['name'])
      return at.startsWith('fields.') || label === undefined ? [] : [[at, label.slice(0, 200)]]
    }),
  )
}

/** What each field of the first page became on the way: the signed file before the original. */
export type Since = Map<string, readonly string[]>

const latest = (name: string, since: Since): Binding => {
  const before = since.get(name) ?? []
  return before.length > 0 ? { firstOf: [...before, name] } : name
}

/** Fields of the form that the classes of a stretch read. */
export const inputsNamed = ({ step, actions }: StepStretch): readonly string[] => {
  const mapping = Object.assign({}, ...actions.map(each => each.read.mapping)) as Readonly<Record<string, string>>
  return Object.keys(INPUTS[step] ?? {}).map(theirs => mapping[theirs] ?? theirs)
}

const bindingsOf = (stretch: StepStretch, step: AnyStep, page: FirstPage, since: Since) => {
  const mapping = Object.assign({}, ...stretch.actions.map(each => each.read.mapping)) as Readonly<
    Record<string, string>
  >
  const remarks: Remark[] = []
  const bindings: Record<string, Binding> =
    stretch.step === 'mailsec' ? { ...ofTheDocument(step, page, name => latest(name, since)) } : {}
  for (const [theirs, input] of Object.entries(INPUTS[stretch.step] ?? {})) {
    const source = mapping[theirs] ?? theirs
    const field = page.get(source)
    if (field) bindings[input] = latest(field.name, since)
    else if (step.inputs[input]?.options.required)
      remarks.push(
        lost(
          stretch.entry.at,
          `le champ « ${source} », que l'étape « ${step.label} » attend et que le formulaire n'a pas`,
        ),
      )
  }
  return { bindings, remarks }
}

export interface Placed {
  readonly placed: PlacedStep
  readonly remarks: readonly Remark[]
}

/**
 * Places the step of the library that does what a stretch does.
 * @param claimed names that a former step took: given only once
 */
export const placeStep = (
  stretch: StepStretch,
  {
    alias,
    definition,
    step,
    page,
    since,
    claimed,
  }: {
    readonly alias: string
    readonly definition: Definition
    readonly step: AnyStep
    readonly page: FirstPage
    readonly since: Since
    readonly claimed: Set<string>
  },
): Placed => {
  const { bindings, remarks: unbound } = bindingsOf(stretch, step, page, since)
  for (const [input, output] of Object.entries(GIVES[stretch.step] ?? {})) {
    const binding = bindings[input]
    const source = typeof binding === 'string' ? binding : binding?.firstOf.at(-1)
    if (source !== undefined) since.set(source, [`${alias}.${output}`, ...(since.get(source) ?? [])])
  }
  const kindOf = (at: string) => at.split('.', 1)[0] ?? ''
  const names = publicNames(stretch, definition, step).filter(({ at, name }) => !claimed.has(`${kindOf(at)}.${name}`))
  for (const { at, name } of names) claimed.add(`${kindOf(at)}.${name}`)
  const fixed = stretch.entry.options['transformations']
  const label = step.label
  return {
    placed: {
      step: stretch.step,
      alias,
      bindings,
      pastell: Object.fromEntries(names.map(({ at, name }) => [at, name])),
      labels: labelsOf(names, definition),
      ...(stretch.step === 'transformationFixe' ? { settings: rulesOf(fixed, page) } : {}),
    },
    remarks: [
      ...unbound,
      ...stretch.actions.map(({ read, known }) =>
        known.former === undefined
          ? carried(read.at, `l'action « ${read.id} », par l'étape « ${label} »`)
          : adapted(read.at, `l'action « ${read.id} », par l'étape « ${label} » : ${known.former}`),
      ),
    ],
  }
}

const rulesOf = (given: unknown, page: FirstPage): Readonly<Record<string, string>> =>
  typeof given === 'object' && given !== null
    ? Object.fromEntries(
        Object.entries(given).map(([field, template]) => [page.get(field)?.name ?? field, String(template)]),
      )
    : {}

const ofThePerson = (key: string) => key === 'droit_id_u' || key === 'type_id_e'

/** The rule as the hub keeps it, and what was changed in it. */
const ruleKept = (read: ActionRead): { readonly rule: object; readonly remarks: readonly Remark[] } => {
  const unknown = unknownRuleKeys(read.rule)
  const remarks = unknown.map(key =>
    lost(`${read.at}/rule`, `la clé « ${key} » de la règle de « ${read.id} », que Pastell ne connaît pas`),
  )
  if (isSystemOnly(read))
    remarks.push(
      adapted(`${read.at}/rule`, `« ${read.id} » n'était lancée que par Pastell lui-même : un agent la fait ici`),
    )
  if (JSON.stringify(ruleWithout(read.rule, ofThePerson)) !== JSON.stringify(read.rule))
    remarks.push(
      adapted(
        `${read.at}/rule`,
        `le droit ou la sorte d'entité que demande « ${read.id} » : les droits de la plateforme sur le flux en décident`,
      ),
    )
  const rule = ruleWithout(
    read.rule,
    (key, value) => unknown.includes(key) || (key === 'role_id_e' && ![value].flat().includes('editeur')),
  )
  return { rule, remarks }
}

const WHERE = { route: '', beside: ', offerte à côté du cheminement quand sa règle le permet' } as const

/**
 * Places an action that a person does, for want of the program that did it.
 * @param where on the route the document waits for it; beside, it is offered and stops nothing
 */
export const placeManual = ({ entry, program }: ManualStretch, alias: string, where: 'route' | 'beside'): Placed => {
  const { rule, remarks } = ruleKept(entry)
  const name = (textOf(entry.options['name']) ?? entry.id).slice(0, 180)
  const button = (textOf(entry.options['name-action']) ?? name).slice(0, 180)
  return {
    placed: {
      step: where === 'route' ? 'actionManuelle' : 'actionACote',
      alias,
      label: name,
      bindings: {},
      settings: {
        action: entry.id,
        regle: JSON.stringify(rule),
        ...(program === undefined ? {} : { classe: program }),
      },
      pastell: { 'states.faite': entry.id, 'tasks.faire': entry.id },
      labels: {
        ...(where === 'route' ? { 'states.aFaire': `À faire : ${button}` } : {}),
        'states.faite': name,
        'tasks.faire': button,
      },
    },
    remarks: [
      program === undefined
        ? carried(entry.at, `l'action « ${entry.id} », faite par un agent${WHERE[where]}`)
        : adapted(
            entry.at,
            `l'action « ${entry.id} » devient une tâche d'agent${WHERE[where]} : le programme « ${program} » manque`,
          ),
      ...remarks,
    ],
  }
}

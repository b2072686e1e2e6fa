import {
  checkFlow,
  errors,
  type AnyStep,
  type Condition,
  type FieldSpec,
  type PlacedStep,
  type StudioFlow,
} from '#core'
import { actionsOf, fieldsOf } from '../../flux-definition.ts'
import { derivableBy } from '../../derived.ts'
import { namesOf } from '../../names.ts'
import { nameOf } from '../studio/elements.ts'
import { adapted, carried, isJson, isOn, lost, textOf, type Json, type Remark } from '../studio/format.ts'
import { freeName, importStudio, type StudioImport } from '../studio/import.ts'
import { CONVENTIONAL, PIECES } from './classes.ts'
import { conditionOn, pageCondition, readField } from './fields.ts'
import { inputsNamed, placeManual, placeStep, publicNames, type Since } from './place.ts'
import { canonical, readDefinition, textsOf, type Definition } from './read.ts'
import { boxOf, contentOf, goesOn, preparationOf, routeOf, type Stretch } from './stretches.ts'

const FAMILY = 'Types de dossier génériques'
/** A form without actions is that of a recipient. */
const RECIPIENT_FORM = 'formulaire-destinataire'
/** The box by which older orientations went on without a person. */
const AUTOMATIC = 'envoi_auto'
/** Names that every document has. */
const RESERVED = ['brouillon', 'termine', 'abandonne']

const refuse = (message: string) => errors.badInput({ fields: [{ field: '/', code: 'pastell', message }] })

/** The definition that Pastell's studio keeps inside what it generates. */
const studioInside = (raw: Json): unknown => {
  const text = textOf(raw['studio_definition'])
  if (text === undefined) return undefined
  try {
    return JSON.parse(Buffer.from(text, 'base64').toString('utf8'))
  } catch {
    return undefined
  }
}

/** What steps say again from what they hold. A box by which the document chooses its way stays on the form. */
const derivedNames = (stretches: readonly Stretch[], { fields }: Definition): readonly string[] => {
  const all = new Set(
    stretches.flatMap(stretch =>
      stretch.is === 'manual' ? [] : [...derivableBy(stretch.step), ...(PIECES[stretch.step] ?? [])],
    ),
  )
  return fields
    .filter(({ id, options }) => all.has(id) && !(id.startsWith('envoi_') && options['type'] === 'checkbox'))
    .map(each => each.id)
}

type Own = Map<string, { readonly name: string; readonly spec: FieldSpec }>

/** Fields of the first page: those that no step brings. */
const firstPage = (definition: Definition, brought: ReadonlySet<string>, taken: Set<string>) => {
  const remarks: Remark[] = []
  const own: Own = new Map()
  let titled = false
  for (const field of definition.fields) {
    if (brought.has(field.id)) {
      remarks.push(carried(field.at, `le champ « ${field.id} », par son étape`))
      continue
    }
    const { spec, remarks: said } = readField(field, definition)
    if (own.has(field.id)) {
      remarks.push(adapted(field.at, `« ${field.id} » figure sur plusieurs pages : il est sur la première`))
      continue
    }
    remarks.push(...said)
    if (field.id === AUTOMATIC)
      remarks.push(adapted(field.at, `la case « ${spec.label} » n'a plus d'effet : le document avance de lui-même`))
    const name = freeName(nameOf(field.id), taken)
    taken.add(name)
    const second = spec.options.title && titled
    if (second)
      remarks.push(lost(`${field.at}/title`, `« ${spec.label} » ne nomme pas le document : un autre champ le fait`))
    titled ||= spec.options.title === true
    own.set(field.id, { name, spec: second ? { ...spec, options: { ...spec.options, title: false } } : spec })
  }
  for (const [id, { name, spec }] of own) {
    const field = definition.fields.find(each => each.id === id)
    if (!field) continue
    const { when, absent } = pageCondition(definition.conditions[field.page], own)
    if (absent.length > 0) {
      remarks.push(
        adapted(
          `/page-condition/${field.page}`,
          `« ${spec.label} » n'est plus demandé : sa page ne s'ouvrait qu'après ${absent.map(each => `« ${each} »`).join(', ')}, que personne ne remplit`,
        ),
      )
      const { required: _required, ...options } = spec.options
      own.set(id, { name, spec: { ...spec, options: { ...options, computed: true } } })
      continue
    }
    if (when) own.set(id, { name, spec: { ...spec, options: { ...spec.options, when } } })
  }
  return { own, remarks }
}

const conditionOf = (
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
const inherited = (stretch: Stretch, reached: ReadonlyMap<string, Condition | undefined>): Condition | undefined => {
  const states = textsOf(stretch.entry.rule['last-action'])
  const conditions = states.map(state => reached.get(state))
  const [first] = conditions
  return first && conditions.every(each => JSON.stringify(each) === JSON.stringify(first)) ? first : undefined
}

/** What an alias may be: a name, that no field nor other step has. */
const aliasOf = (wanted: string, taken: Set<string>): string => {
  const base = nameOf(canonical(wanted))
  let alias = base
  for (let rank = 2; taken.has(alias); rank++) alias = `${base}${rank}`
  taken.add(alias)
  return alias
}

const stepOf = (steps: ReadonlyMap<string, AnyStep>, id: string): AnyStep => {
  const step = steps.get(id)
  if (!step) throw refuse(`L'étape « ${id} » n'est pas installée sur cette plateforme.`)
  return step
}

/** Every name of the definition that the flow answers to, or a line. */
const unanswered = (
  flow: StudioFlow,
  definition: Definition,
  steps: ReadonlyMap<string, AnyStep>,
): readonly Remark[] => {
  const { compiled } = checkFlow(flow, 1, steps, new Map())
  if (!compiled) return []
  const fields = new Set(fieldsOf(compiled).keys())
  const names = namesOf(compiled)
  const known = new Set([
    ...actionsOf(compiled).keys(),
    ...Object.keys(compiled.states).map(state => names.state(state)),
    ...Object.keys(CONVENTIONAL),
  ])
  const absent = new Set(definition.fields.filter(({ id }) => !fields.has(id)).map(({ id }) => id))
  return [
    ...[...absent].map(id =>
      lost(
        definition.fields.find(each => each.id === id)?.at ?? '/formulaire',
        `le champ « ${id} » : aucune étape ne le donne`,
      ),
    ),
    ...definition.actions
      .filter(({ id, options }) => !known.has(id) && !('no-workflow' in options))
      .map(({ at, id }) => lost(at, `l'état « ${id} » : le document n'y passe plus`)),
    ...definition.actions
      .filter(({ id, options }) => !known.has(id) && 'no-workflow' in options)
      .map(({ at, id }) =>
        lost(
          at,
          `le programme « ${id} », lancé pendant la saisie : l'étape a ses propres listes, sinon la valeur se saisit`,
        ),
      ),
  ]
}

const general = ({ raw, actions }: Definition): readonly Remark[] => {
  const remarks: Remark[] = []
  const packs = textsOf(raw['restriction_pack'])
  if (packs.length > 0)
    remarks.push(
      lost('/restriction_pack', `la restriction aux packs ${packs.join(', ')} : les droits sur le flux la remplacent`),
    )
  if (isOn(raw['affiche_one'])) remarks.push(lost('/affiche_one', "l'affichage sur un seul onglet"))
  if (textsOf(raw['champs-affiches']).length > 0)
    remarks.push(adapted('/champs-affiches', 'les colonnes de la liste : ces champs sont cherchables'))
  if (textsOf(raw['threshold_fields']).length > 0)
    remarks.push(adapted('/threshold_fields', 'la taille maximale compte tous les fichiers du document'))
  for (const { at, id, options } of actions) {
    const why = Object.hasOwn(CONVENTIONAL, id) ? CONVENTIONAL[id] : undefined
    if (why !== undefined) remarks.push(adapted(at, `l'action « ${id} » : ${why}`))
    if (options['editable-content'] !== undefined)
      remarks.push(adapted(`${at}/editable-content`, `ce qui se modifie dans l'état « ${id} » : chaque étape le dit`))
  }
  return remarks
}

/**
 * Reads a `definition.yml` of Pastell: a flow for our studio, with the same public names, and a line for each thing of the file: taken
 * over, adapted, or not. Actions whose program is not one of the known families become tasks of agents. Pure.
 * @param text of the file
 * @param id identifier of the flow: Pastell's is the name of the folder
 * @throws errors.badInput when it is not such a file
 */
export const importDefinition = (text: string, id: string, steps: ReadonlyMap<string, AnyStep>): StudioImport => {
  const definition = readDefinition(text)
  const inside = studioInside(definition.raw)
  if (isJson(inside)) {
    const { flow, remarks } = importStudio(
      { id_type_dossier: id, raw_data: isJson(inside['raw_data']) ? inside['raw_data'] : inside },
      steps,
      id,
    )
    return {
      flow,
      remarks: [carried('/studio_definition', 'la définition du studio que ce fichier contient'), ...remarks],
    }
  }
  const namesIn = (stretch: Stretch): readonly string[] =>
    stretch.is === 'manual'
      ? [stretch.entry.id]
      : [
          ...stretch.actions.map(each => each.read.id),
          ...publicNames(stretch, definition, stepOf(steps, stretch.step))
            .filter(({ at }) => at.startsWith('states.'))
            .map(({ name }) => name),
          ...[preparationOf(stretch, definition)?.id ?? []].flat(),
        ]
  const { stretches, undecided } = routeOf(definition, namesIn)
  const brought = new Set(
    stretches.flatMap(stretch =>
      stretch.is === 'manual'
        ? []
        : publicNames(stretch, definition, stepOf(steps, stretch.step))
            .filter(({ at }) => at.startsWith('fields.'))
            .map(({ name }) => name),
    ),
  )
  const bound = new Set(stretches.flatMap(stretch => (stretch.is === 'manual' ? [] : inputsNamed(stretch))))
  const derived = derivedNames(stretches, definition)
  const taken = new Set([...steps.keys(), ...RESERVED])
  const { own, remarks: ofFields } = firstPage(
    definition,
    new Set([...brought, ...derived].filter(name => !bound.has(name))),
    taken,
  )
  const remarks: Remark[] = [...definition.remarks, ...general(definition), ...ofFields]
  if (undecided.length > 0)
    remarks.push(
      adapted(
        '/action',
        `rien ne dit dans quel ordre viennent ${undecided.map(each => `« ${each} »`).join(', ')} : l'ordre du fichier est gardé`,
      ),
    )

  const since: Since = new Map()
  const claimed = new Set<string>()
  const aliases = new Set([...RESERVED, ...[...own.values()].map(each => each.name)])
  /** When the document is in a state at all: under the condition of the step that leads there. */
  const reached = new Map<string, Condition | undefined>()
  const placed = stretches.map((stretch, index): PlacedStep => {
    const alias = aliasOf(stretch.is === 'step' ? stretch.step : stretch.entry.id, aliases)
    const { placed: one, remarks: said } =
      stretch.is === 'manual'
        ? placeManual(stretch, alias)
        : placeStep(stretch, { alias, definition, step: stepOf(steps, stretch.step), page: own, since, claimed })
    const { when: asked, remarks: ofCondition } = conditionOf(stretch, own)
    const when = asked ?? inherited(stretch, reached)
    remarks.push(...said, ...ofCondition)
    if (when && !asked)
      remarks.push(
        adapted(stretch.entry.at, `« ${stretch.entry.id} » n'a lieu que si l'étape dont il attend l'état a eu lieu`),
      )
    for (const name of namesIn(stretch)) reached.set(name, when)
    const following = stretches[index + 1]
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
  const companion =
    definition.actions.every(each => Object.hasOwn(CONVENTIONAL, each.id)) && /-(?:destinataire|reponse)$/u.test(id)
  if (placed.length === 0 && !companion)
    remarks.push(
      lost(
        '/action',
        'une définition dont aucune action ne mène le document ailleurs : ajouter une étape avant de publier',
      ),
    )
  const size = Number(definition.raw['threshold_size'] ?? Number.NaN)
  const description = textOf(definition.raw['description'])
  const flow: StudioFlow = {
    id: id
      .toLowerCase()
      .replaceAll(/[^a-z0-9-]/gu, '-')
      .slice(0, 45),
    label: (textOf(definition.raw['nom']) ?? id).slice(0, 200),
    family: (textOf(definition.raw['type']) ?? FAMILY).slice(0, 200),
    ...(description === undefined ? {} : { description }),
    pastell: id,
    fields: Object.fromEntries([...own.values()].map(({ name, spec }) => [name, spec])),
    steps: companion ? [{ step: RECIPIENT_FORM, alias: 'formulaire', bindings: {} }] : placed,
    ...(size > 0 ? { maxBytes: Math.floor(size) } : {}),
    ...(companion ? { companion: true as const } : {}),
  }
  const after = unanswered(flow, definition, steps)
  const done = new Set(
    remarks.filter(each => each.at.startsWith('/action/') && each.is === 'repris').map(each => each.at),
  )
  const told = after.filter(each => !done.has(each.at))
  const gone = new Set(told.map(each => each.at))
  return { flow, remarks: [...remarks.filter(each => each.is !== 'repris' || !gone.has(each.at)), ...told] }
}

import type { AnyStep, StudioFlow } from '#core'
import { adapted, carried, isJson, lost, textOf, type Json, type Remark } from '../studio/format.ts'
import { importStudio, type StudioImport } from '../studio/import.ts'
import { CONVENTIONAL } from './classes.ts'
import { derivedNames, firstPage } from './first-page.ts'
import { inputsNamed, publicNames } from './place.ts'
import { placeAll, RESERVED, stepOf } from './placing.ts'
import { readDefinition } from './read.ts'
import { preparationOf, routeOf, type Stretch } from './stretches.ts'
import { general, unanswered } from './told.ts'

const FAMILY = 'Types de dossier génériques'
/** A form without actions is that of a recipient. */
const RECIPIENT_FORM = 'formulaire-destinataire'

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
  const route = routeOf(definition, namesIn)
  const { stretches, undecided } = route
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

  const { placed, remarks: ofSteps } = placeAll({ definition, steps, route, own, namesIn })
  remarks.push(...ofSteps)
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

import { checkFlow, type AnyStep, type StudioFlow } from '#core'
import { actionsOf, fieldsOf } from '../../flux-definition.ts'
import { namesOf } from '../../names.ts'
import { adapted, isOn, lost, type Remark } from '../studio/format.ts'
import { CONVENTIONAL } from './classes.ts'
import { remarksOnKeys } from './keys.ts'
import { textsOf, type Definition } from './read.ts'

/** Every name of the definition that the flow answers to, or a line. */
export const unanswered = (
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

/** What becomes of what a definition says of itself, and of its actions, beside their programs. */
export const general = (definition: Definition): readonly Remark[] => {
  const { raw, actions } = definition
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
  if (raw['studio_definition'] !== undefined)
    remarks.push(
      lost(
        '/studio_definition',
        'la définition du studio, illisible : le reste du fichier, qui dit la même chose, est repris',
      ),
    )
  for (const { at, id, options } of actions) {
    const why = Object.hasOwn(CONVENTIONAL, id) ? CONVENTIONAL[id] : undefined
    if (why !== undefined) remarks.push(adapted(at, `l'action « ${id} » : ${why}`))
    if (options['editable-content'] !== undefined)
      remarks.push(adapted(`${at}/editable-content`, `ce qui se modifie dans l'état « ${id} » : chaque étape le dit`))
  }
  return [...remarks, ...remarksOnKeys(definition)]
}

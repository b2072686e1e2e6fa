import { unknownKeys, type Remark } from '../studio/format.ts'
import { CONVENTIONAL } from './classes.ts'
import type { Definition } from './read.ts'

/** Keys of an action that the import reads (pastell-domain.md §4.1). */
export const READ_OF_ACTIONS = [
  'name',
  'name-action',
  'rule',
  'action-class',
  'action-automatique',
  'connecteur-type',
  'connecteur-type-action',
  'connecteur-type-mapping',
  'transformations',
  'num-same-connecteur',
  'editable-content',
  'no-workflow',
] as const

type Said = (id: string) => Pick<Remark, 'is' | 'message'>
const is =
  (what: Remark['is'], message: (id: string) => string): Said =>
  id => ({ is: what, message: message(id) })

/** Those that the hub does otherwise or not at all, and what an administrator does about it. */
export const TOLD_OF_ACTIONS: Readonly<Record<string, Said>> = {
  warning: is('adapte', id => `la confirmation avant « ${id} » : les tâches de la plateforme demandent la leur`),
  'modification-no-change-etat': is(
    'adapte',
    id => `modifier dans l'état « ${id} » ne change pas d'état : c'est toujours ainsi sur la plateforme`,
  ),
  'connecteur-type-data-seda-class-name': is(
    'nonRepris',
    id =>
      `le programme qui présentait le document au bordereau dans « ${id} » : régler le profil du générateur de bordereau de l'entité`,
  ),
  'pas-dans-un-lot': is(
    'nonRepris',
    id =>
      `« ${id} » exclue des lots : toute tâche d'agent s'y offre ; ne pas donner le droit sur le flux à qui ne doit pas`,
  ),
  'action-selection': is(
    'nonRepris',
    id => `le choix d'entités destinataires avant « ${id} » : créer un document dans chaque entité`,
  ),
  accuse_de_reception_action: is(
    'nonRepris',
    id => `l'accusé exigé avant de lire un document dans l'état « ${id} » : abonner les agents à cet état`,
  ),
  type_id_e: is('nonRepris', id => `« ${id} » réservée à une sorte d'entité : les droits sur le flux la remplacent`),
  'no-show': is('nonRepris', id => `le bouton caché de « ${id} » : la règle de l'action décide seule s'il est offert`),
  'action-script': is('adapte', id => `le script de « ${id} » : Pastell ne l'exécutait plus`),
  'auto-script': is('adapte', id => `le script automatique de « ${id} » : Pastell ne l'exécutait plus`),
}

const isSaid = (value: unknown) => value !== undefined && value !== null && value !== false && value !== ''

/** A line for each key of an action that is not taken over as it is. What every document has anyway is told as a whole. */
export const remarksOnKeys = ({ actions }: Definition): readonly Remark[] =>
  actions.flatMap(({ at, id, options }) => {
    const unknown = unknownKeys(at, options, [...READ_OF_ACTIONS, ...Object.keys(TOLD_OF_ACTIONS)])
    if (Object.hasOwn(CONVENTIONAL, id)) return unknown
    const told = Object.entries(TOLD_OF_ACTIONS).flatMap(([key, said]): readonly Remark[] =>
      isSaid(options[key]) ? [{ at: `${at}/${key}`, ...said(id) }] : [],
    )
    return [...unknown, ...told]
  })

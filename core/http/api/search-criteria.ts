import Type, { type Static } from 'typebox'
import { may, type Rights } from '../../access/rights.ts'
import type { Search } from '../../documents/batches/selection.ts'
import { SORTS, type IndexedWanted, type StateSort } from '../../documents/list-filters.ts'
import type { CompiledFlow } from '../../engine/model.ts'
import { errors, type ProblemMaker } from '../../errors.ts'
import type { FlowRegistry } from '../../flows/registry.ts'

/** What documents may be looked for by: the list, and the batches over what a list shows. */

const instant = (description: string) => Type.Optional(Type.String({ format: 'date-time', description }))

const criteria = {
  flux: Type.Optional(Type.String({ description: 'Identifiant d’un flux.' })),
  etat: Type.Optional(Type.String({ description: 'Nom complet d’un état.' })),
  sorte: Type.Optional(
    Type.Unsafe<StateSort>({
      type: 'string',
      enum: [...SORTS],
      description:
        'Ce que l’état veut dire : attente (d’un agent, erreurs comprises), erreur, enCours, brouillon, termine.',
    }),
  ),
  etatDepuis: instant('Dans leur état depuis cet instant ou après ; du changement le plus récent au plus ancien.'),
  etatAvant: instant('Dans leur état depuis avant cet instant ; du changement le plus récent au plus ancien.'),
  passePar: Type.Optional(
    Type.String({
      description:
        'Nom complet d’un état de « flux » par lequel ils sont passés ; du passage le plus récent au plus ancien.',
    }),
  ),
  passeDepuis: instant('Passés par cet état à cet instant ou après.'),
  passeAvant: instant('Passés par cet état avant cet instant.'),
  q: Type.Optional(Type.String({ maxLength: 500, description: 'Recherche en texte intégral.' })),
  creeDepuis: instant('Créés à cet instant ou après.'),
  creeAvant: instant('Créés avant cet instant.'),
}

/** Parameters of a list. */
export const SearchParameters = {
  ...criteria,
  'champ.NOM': Type.Optional(
    Type.String({
      maxLength: 500,
      description:
        'NOM est le nom complet d’un champ indexé : « champ.numero=2026-14 », ou son début suivi d’une étoile, « champ.numero=2026* ». Plusieurs champs se cumulent.',
    }),
  ),
}

/** The same in a body, where nothing else is taken. */
export const SearchBody = Type.Object(criteria, {
  additionalProperties: false,
  patternProperties: {
    '^champ\\..': Type.String({
      maxLength: 500,
      description: 'Valeur d’un champ indexé, ou son début suivi d’une étoile.',
    }),
  },
})
export type SearchCriteria = Static<typeof SearchBody>

const dateOf = (text: string | undefined): Date | undefined => (text === undefined ? undefined : new Date(text))

const FIELD = 'champ.'
const SHORTEST_BEGINNING = 2

/** `champ.<nom>=valeur`: a field that no flow indexes would find nothing and say nothing. */
const indexedIn = (given: object, flows: readonly CompiledFlow[], refuse: ProblemMaker): readonly IndexedWanted[] =>
  Object.entries(given).flatMap(([name, value]) => {
    if (!name.startsWith(FIELD)) return []
    const field = name.slice(FIELD.length)
    const fault = (message: string) => refuse({ fields: [{ field: name, code: 'invalide', message }] })
    if (typeof value !== 'string' || value.trim() === '') throw fault('Donnez une valeur, et une seule.')
    if (!flows.some(flow => flow.fields[field]?.options.index))
      throw fault(`« ${field} » n'est pas un champ indexé des flux que vous pouvez lire : vérifiez son nom.`)
    if (value.endsWith('*') && value.length <= SHORTEST_BEGINNING)
      throw fault(`Donnez au moins ${SHORTEST_BEGINNING} caractères avant l'étoile.`)
    return [{ field, value }]
  })

export const readableFlows = (flows: FlowRegistry, rights: Rights): readonly CompiledFlow[] =>
  flows.list().filter(({ id }) => may(rights, `${id}:lecture`))

/**
 * The criteria as the list of documents takes them.
 * @param readable flows that the caller may read there
 * @throws `refuse`, errors.badRequest unless told, for what would find nothing and say nothing
 */
export const searchIn = (
  given: SearchCriteria,
  readable: readonly CompiledFlow[],
  refuse: ProblemMaker = errors.badRequest,
): Search => {
  if (given.passePar !== undefined && given.flux === undefined)
    throw refuse({ detail: 'Avec « passePar », donnez aussi « flux » : un état est celui d’un flux.' })
  return {
    flow: given.flux,
    state: given.etat,
    sort: given.sorte,
    createdFrom: dateOf(given.creeDepuis),
    createdBefore: dateOf(given.creeAvant),
    stateFrom: dateOf(given.etatDepuis),
    stateBefore: dateOf(given.etatAvant),
    passed:
      given.passePar === undefined
        ? undefined
        : { state: given.passePar, from: dateOf(given.passeDepuis), before: dateOf(given.passeAvant) },
    indexed: indexedIn(given, readable, refuse),
    text: given.q,
  }
}

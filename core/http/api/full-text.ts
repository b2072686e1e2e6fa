import Type from 'typebox'
import { searchInText } from '../../documents/full-text.ts'
import { readingPlaces } from '../../documents/reading-places.ts'
import { route } from '../route.ts'
import { DocumentSummary, flag, Next, text } from './schemas.ts'

const Passages = Type.Array(
  Type.Object({ text: text('Un morceau du texte.'), found: flag('C’est ce qui était cherché.') }),
  {
    description: 'Le texte, coupé là où commence et finit ce qui était cherché.',
  },
)

const Found = Type.Object(
  {
    document: DocumentSummary,
    entityName: text('Dénomination de son entité.'),
    title: Passages,
    fields: Type.Array(Type.Object({ label: text('Nom du champ.'), value: Passages }), {
      description: 'Champs où se trouve ce qui était cherché.',
    }),
  },
  { title: 'FoundDocument' },
)

export const fullTextRoutes = [
  route({
    method: 'GET',
    path: '/recherche',
    summary: 'Chercher des documents dans toutes les entités que l’on peut lire',
    description:
      'Titres, champs indexés, numéros donnés par les partenaires ; mots français, débuts de mots, numéros à tirets. Les plus proches d’abord ; au-delà de 1 000 documents trouvés, les plus récents d’abord (« byDate »). Une valeur de plus de 500 caractères ne compte dans « champ.NOM » que par ses 500 premiers, mais se retrouve ici par tous ses mots.',
    query: Type.Object({
      q: Type.String({ minLength: 2, maxLength: 500, description: 'Mots, débuts de mots, numéros.' }),
      entite: Type.Optional(
        Type.String({ pattern: '^[0-9]{1,18}$', description: 'Seulement cette entité et ce qui est dessous.' }),
      ),
      apres: Type.Optional(Type.String({ maxLength: 500, description: 'Valeur « next » de la page précédente.' })),
      limite: Type.Integer({ minimum: 1, maximum: 50, default: 20 }),
    }),
    response: Type.Object({
      items: Type.Array(Found, { description: 'Documents trouvés.' }),
      next: Next,
      byDate: flag('Trop de documents trouvés pour les classer : les plus récents d’abord.'),
    }),
    async handle({ query: { q, entite, apres, limite }, caller, services: { db, flows } }) {
      const places = await readingPlaces(db, caller, { flows: flows.list().map(({ id }) => id), branch: entite })
      const { items, next, byDate } = await searchInText(db, flows, { places, text: q, after: apres, limit: limite })
      const ids = [...new Set(items.map(({ document }) => document.entityId))]
      const named = await db('entities').whereIn('id', ids).select<{ id: string; name: string }[]>('id', 'name')
      const names = new Map(named.map(({ id, name }) => [id, name]))
      return {
        items: items.map(item => ({ ...item, entityName: names.get(item.document.entityId) ?? '' })),
        next,
        byDate,
      }
    },
  }),
]

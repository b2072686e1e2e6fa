import Type from 'typebox'
import { searchInText } from '../../documents/full-text.ts'
import { readingPlaces } from '../../documents/reading-places.ts'
import { route } from '../route.ts'
import { DocumentSummary, orNull } from './schemas.ts'

const Passages = Type.Array(Type.Object({ text: Type.String(), found: Type.Boolean() }), {
  description: 'Le texte, coupé là où commence et finit ce qui était cherché.',
})

const Found = Type.Object(
  {
    document: DocumentSummary,
    entityName: Type.String(),
    title: Passages,
    fields: Type.Array(Type.Object({ label: Type.String(), value: Passages })),
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
    response: Type.Object({ items: Type.Array(Found), next: orNull(Type.String()), byDate: Type.Boolean() }),
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

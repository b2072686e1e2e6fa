import Type from 'typebox'
import { Id, orNull } from './schemas.ts'

const Instant = Type.String({ format: 'date-time' })

const count = (description: string) => Type.Optional(Type.Integer({ description }))

export const BatchView = Type.Object(
  {
    id: Id,
    kind: Type.String({ description: 'action ou creation.' }),
    stage: Type.String({
      description:
        'examining (vérification), ready (à confirmer), running (en cours), ended (terminé), cancelled (annulé) ou unreadable (fichier illisible : voir remarks).',
    }),
    label: Type.String(),
    flow: orNull(Type.String()),
    action: orNull(Type.String()),
    remarks: Type.Array(Type.String(), { description: 'Phrases qui ne concernent aucune ligne en particulier.' }),
    counts: Type.Object({
      ready: count('Prêtes à être créées.'),
      invalid: count('À corriger : elles ne seront pas créées.'),
      known: count('Déjà créées auparavant.'),
      todo: count('À faire.'),
      done: count('Faites.'),
      partial: count('Créées, sans que l’action prévue ait été faite.'),
      refused: count('Refusées.'),
      failed: count('En erreur.'),
      cancelled: count('Annulées.'),
    }),
    total: Type.Integer({ description: 'Nombre de lignes connues.' }),
    createdAt: Instant,
    endedAt: orNull(Instant),
  },
  { title: 'BatchView' },
)
export const BatchPage = Type.Object(
  { items: Type.Array(BatchView), next: orNull(Type.String()) },
  { title: 'BatchPage' },
)

const BatchItem = Type.Object(
  {
    line: Type.Integer({ description: 'Ligne du fichier, ou rang du document dans le lot.' }),
    status: Type.String({ description: 'Une des situations de « counts ».' }),
    title: Type.String(),
    documentId: orNull(Type.String()),
    message: Type.String({ description: 'Phrases, une par ligne de texte.' }),
  },
  { title: 'BatchItem' },
)
export const BatchItemPage = Type.Object(
  { items: Type.Array(BatchItem), next: orNull(Type.Integer()) },
  { title: 'BatchItemPage' },
)

export const SelectionOfferView = Type.Object(
  {
    name: Type.String(),
    label: Type.String(),
    kind: Type.String(),
    confirm: Type.Optional(Type.String({ description: 'Question à poser une fois, avant de lancer le lot.' })),
    possible: Type.Integer({ description: 'Documents sur lesquels elle est possible maintenant.' }),
    total: Type.Integer(),
  },
  { title: 'SelectionOffer' },
)

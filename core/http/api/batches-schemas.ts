import Type from 'typebox'
import { BUTTON_KINDS, Id, Instant, Next, orNull, said, text, word } from './schemas.ts'

/** What a line became. */
const LINES = {
  ready: 'Prêtes à être créées.',
  invalid: 'À corriger : elles ne seront pas créées.',
  known: 'Déjà créées auparavant.',
  todo: 'À faire.',
  done: 'Faites.',
  partial: 'Créées, sans que l’action prévue ait été faite.',
  refused: 'Refusées.',
  failed: 'En erreur.',
  cancelled: 'Annulées.',
}
const count = (description: string) => Type.Optional(Type.Integer({ description }))

export const BatchView = Type.Object(
  {
    id: said('Identifiant du lot.', Id),
    kind: word({ action: 'action sur des documents', creation: 'création de documents' }),
    stage: word({
      examining: 'vérification du fichier',
      ready: 'vérifié, à confirmer',
      running: 'en cours',
      ended: 'terminé',
      cancelled: 'annulé',
      unreadable: 'fichier illisible, « remarks » dit pourquoi',
    }),
    label: text('Ce que fait le lot, en quelques mots.'),
    flow: orNull(Type.String(), 'Flux des documents à créer ; null pour une action.'),
    action: orNull(Type.String(), 'Action demandée pour chaque document ; null : aucune.'),
    remarks: Type.Array(Type.String(), { description: 'Phrases qui ne concernent aucune ligne en particulier.' }),
    counts: Type.Object(
      {
        ready: count(LINES.ready),
        invalid: count(LINES.invalid),
        known: count(LINES.known),
        todo: count(LINES.todo),
        done: count(LINES.done),
        partial: count(LINES.partial),
        refused: count(LINES.refused),
        failed: count(LINES.failed),
        cancelled: count(LINES.cancelled),
      },
      { description: 'Nombre de lignes dans chaque situation ; celles qui n’y sont pas n’en ont aucune.' },
    ),
    total: Type.Integer({ description: 'Nombre de lignes connues.' }),
    createdAt: said('Demande.', Instant),
    endedAt: orNull(Instant, 'Fin ; null : pas encore.'),
  },
  { title: 'BatchView' },
)
export const BatchPage = Type.Object(
  { items: Type.Array(BatchView, { description: 'Les lots de la page.' }), next: Next },
  { title: 'BatchPage' },
)

const BatchItem = Type.Object(
  {
    line: Type.Integer({ description: 'Ligne du fichier, ou rang du document dans le lot.' }),
    status: word(LINES),
    title: text('Titre du document ; vide si vous ne pouvez plus le lire.'),
    documentId: orNull(Type.String(), 'Document créé ou traité ; null : aucun, ou vous ne pouvez plus le lire.'),
    message: Type.String({ description: 'Phrases, une par ligne de texte.' }),
  },
  { title: 'BatchItem' },
)
export const BatchItemPage = Type.Object(
  {
    items: Type.Array(BatchItem, { description: 'Les lignes de la page, dans l’ordre.' }),
    next: orNull(Type.Integer(), 'À donner dans « apres » pour lire la page suivante ; null à la fin.'),
  },
  { title: 'BatchItemPage' },
)

export const SelectionOfferView = Type.Object(
  {
    name: text('À donner comme « action » du lot.'),
    label: text('Texte du bouton.'),
    kind: word(BUTTON_KINDS),
    confirm: Type.Optional(Type.String({ description: 'Question à poser une fois, avant de lancer le lot.' })),
    possible: Type.Integer({ description: 'Documents sur lesquels elle est possible maintenant.' }),
    total: Type.Integer({ description: 'Documents choisis.' }),
  },
  { title: 'SelectionOffer' },
)

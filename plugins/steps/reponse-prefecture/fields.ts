import { choice, file, files, flag, pieceTypes, text, type Condition } from '#core'

/** What the préfecture may write (`flows/actes.md`, actes-reponse-prefecture). */
export const LETTERS = {
  '2': 'Courrier simple',
  '3': 'Demande de pièces complémentaires',
  '4': "Lettre d'observations",
  '5': 'Déféré au tribunal administratif',
} as const

/** In the order of Pastell's list. */
export const NATURES = {
  '3': 'Actes individuels',
  '2': 'Actes réglementaires',
  '6': 'Autres',
  '4': 'Contrats, conventions et avenants',
  '1': 'Délibérations',
  '5': 'Documents budgétaires et financiers',
} as const

const answering: Condition = { field: 'repondre', is: true }
const answeringTo = (...sorts: readonly (keyof typeof LETTERS)[]): Condition => ({
  all: [answering, { any: sorts.map(is => ({ field: 'sorte', is })) }],
})
const pdf = ['application/pdf'] as const

const typesFor = (sort: '2' | '3' | '4', of: readonly string[], name: string) =>
  pieceTypes('Types des pièces de la réponse', 'typologies', {
    required: true,
    of,
    by: ['nature'],
    when: answeringTo(sort),
    pastell: `type_piece_${name}`,
  })

/** One field of types for each kind of letter, since each has its own public names; only one of them is ever asked for. */
export const fields = {
  sorte: choice('Courrier reçu', LETTERS, { computed: true, hidden: true }),
  nature: choice("Nature de l'acte", NATURES, { computed: true, hidden: true }),
  repondre: flag('Une réponse est en préparation', { computed: true, hidden: true, pastell: 'repondre' }),
  reponse: file('Réponse', { required: true, accept: pdf, when: answering, pastell: 'reponse' }),
  refus: flag('La collectivité refuse', {
    help: 'Refus de donner les pièces, ou rejet des observations : la réponse dit pourquoi.',
    when: answeringTo('3', '4'),
    pastell: 'refus_reponse',
  }),
  autresPieces: files('Autres pièces demandées', {
    help: 'Elles ne partent pas avec un refus.',
    when: answeringTo('3'),
    pastell: 'reponse_pj_demande_piece_complementaire',
  }),
  typologieCourrier: typesFor('2', ['reponse'], 'courrier_simple'),
  typologiePieces: typesFor('3', ['reponse', 'autresPieces'], 'demande_piece_complementaire'),
  typologieLettre: typesFor('4', ['reponse'], 'lettre_observation'),
  reponseId: text('Transaction de la réponse', { computed: true, index: true, pastell: 'response_transaction_id' }),
  ar: file('Accusé de réception de la réponse', { computed: true, pastell: 'acquittement_file' }),
}

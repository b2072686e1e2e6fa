import { choice, date, defineFlow, file, files, text } from '#core'
import { LETTERS, NATURES, reponsePrefecture } from '../../steps/reponse-prefecture/index.ts'

/** Letters of the préfecture about actes, brought by the TdT, and the answers to them (`flows/actes.md`, actes-reponse-prefecture). */
export default defineFlow({
  id: 'actes-reponse-prefecture',
  version: 1,
  label: 'Actes : réponse à la préfecture',
  family: 'Actes administratifs',
  pastell: 'actes-reponse-prefecture',
  // Nobody types these: the connector of the TdT fills them when it delivers the letter.
  fields: {
    numero: text("Numéro de l'acte", {
      computed: true,
      title: true,
      index: true,
      pastell: 'numero_de_lacte',
    }),
    nature: choice("Nature de l'acte", NATURES, {
      computed: true,
      pastell: 'acte_nature',
    }),
    type: choice('Courrier reçu', LETTERS, {
      computed: true,
      index: true,
      pastell: 'type_reponse',
    }),
    date: date('Reçu le', { computed: true, pastell: 'date' }),
    fichiers: files('Fichiers du courrier', {
      computed: true,
      pastell: 'reponse_prefecture_unzip',
    }),
    archive: file('Archive reçue du TdT', {
      computed: true,
      pastell: 'reponse_prefecture',
    }),
    acteTransaction: text("Transaction de l'acte", {
      computed: true,
      pastell: 'related_transaction_id',
    }),
    courrier: text('Transaction du courrier', {
      computed: true,
      index: true,
      pastell: 'transaction_id',
    }),
    statut: text('Statut du courrier au TdT', {
      computed: true,
      hidden: true,
      pastell: 'last_status_id',
    }),
  },
  steps: ({ numero, nature, type, courrier }) => [reponsePrefecture({ numero, nature, type, courrier })],
})

import { defineFlow, file, text } from '#core'
import { pousserStatut } from '../../steps/pousser-statut/index.ts'

/** One status, brought by a file of the finance software, pushed to Chorus Pro. */
export default defineFlow({
  id: 'statut-facture-cpp',
  version: 1,
  label: 'Statut Facture Chorus Pro',
  family: 'Finances',
  pastell: 'statut-facture-cpp',
  fields: {
    objet: text('Objet', { required: true, title: true, max: 200, pastell: 'objet' }),
    fichier: file('Statut de la facture (CPPStatutPivot)', {
      required: true,
      accept: ['application/xml', 'text/xml'],
      maxBytes: 1_000_000,
      pastell: 'fichier_statut_facture',
    }),
  },
  steps: ({ fichier }) => [pousserStatut({ fichier }).as('statut')],
})

import { defineFlow, file, text } from '#core'
import { archivage } from '../../steps/sae/index.ts'
import { metadonnees } from '../../steps/transformation/index.ts'
import { FAMILY } from '../champs.ts'

/** A whole planning authorisation in a ZIP, archived (`flows/urbanisme.md`). */
export default defineFlow({
  id: 'dossier-autorisation-urbanisme',
  version: 1,
  label: "Dossiers d'autorisation d'urbanisme (archivage)",
  family: FAMILY,
  pastell: 'dossier-autorisation-urbanisme',
  fields: {
    titre: text('Titre', { required: true, title: true, pastell: 'titre' }),
    idExterne: text('Identifiant dans le logiciel métier', { index: true, pastell: 'id_dossier_externe' }),
    dossier: file('Dossier (ZIP)', {
      required: true,
      accept: ['application/zip'],
      help: 'Un ZIP avec un seul dossier à sa racine.',
      pastell: 'dossier',
    }),
    metadonnees: metadonnees(),
  },
  steps: () => [archivage({})],
})

import { defineFlow, file, flag } from '#core'
import { archivage } from '../../steps/sae/index.ts'

/** The documents of a council meeting, archived whole (`flows/archivage.md`, ls-dossier-seance). */
export default defineFlow({
  id: 'ls-dossier-seance',
  version: 1,
  label: 'Dossiers de séances (archivage)',
  family: 'Actes administratifs',
  pastell: 'ls-dossier-seance',
  fields: {
    dossier: file('Dossier de séance (ZIP)', {
      required: true,
      title: true,
      accept: ['application/zip'],
      help: 'Un ZIP avec un seul dossier à sa racine.',
      pastell: 'dossier',
    }),
    metadonnees: file('Fichier de métadonnées', {
      required: true,
      help: 'JSON de préférence, ou XML : le bordereau d’archivage y puise.',
      pastell: 'metadonnees',
    }),
    // This flow does nothing else: the box is always ticked, and only there for the programs that read it.
    envoiSae: flag('Archivage', { default: true, computed: true, pastell: 'envoi_sae' }),
  },
  steps() {
    return [archivage({})]
  },
})

import { defineFlow, file, files, longText, text } from '#core'
import { depotGed, metadonneesLibres } from '../../steps/ged/index.ts'
import { transformation } from '../../steps/transformation/index.ts'

/** Any set of files and its metadata, to any deposit connector: by hand, by the API, gleaned, or handed over by other flows. */
export default defineFlow({
  id: 'depot-ged',
  version: 1,
  label: 'Dépôt en GED',
  family: 'Documents',
  fields: {
    titre: text('Titre', { required: true, title: true, max: 500 }),
    description: longText('Description'),
    fichiers: files('Fichiers', { required: true }),
    metadonnees: metadonneesLibres,
    fichierMetadonnees: file('Fichier de métadonnées', {
      help: 'Lu par la transformation, s’il y en a une, et déposé avec le reste.',
    }),
    origineId: text("Document d'origine", { computed: true, index: true }),
    origineFlux: text("Flux d'origine", { computed: true, index: true }),
  },
  steps: () => [transformation({}), depotGed({})],
})

import { defineFlow, file } from '#core'
import { archivage } from '../../steps/sae/index.ts'
import { agentFields, annexes, collectiviteFields, FAMILY, metadonnees } from '../champs.ts'

/** Data about all agents, one file and its annexes, archived (`flows/rh.md`). */
export default defineFlow({
  id: 'rh-archivage-collectif',
  version: 1,
  label: 'Données de gestion collective (fichier unitaire) (archivage)',
  family: FAMILY,
  pastell: 'rh-archivage-collectif',
  fields: {
    titre: agentFields.titre,
    ...collectiviteFields,
    document: file('Document', { required: true, pastell: 'document' }),
    annexes,
    metadonnees,
  },
  steps: () => [archivage({})],
})

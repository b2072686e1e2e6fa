import { defineFlow } from '#core'
import { archivage } from '../../steps/sae/index.ts'
import { agentFields, collectiviteFields, dossierZip, FAMILY, metadonnees } from '../champs.ts'

/** Data about all agents, in a ZIP, archived whole (`flows/rh.md`). */
export default defineFlow({
  id: 'rh-archivage-collectif-zip',
  version: 1,
  label: 'Données de gestion collective (fichier compressé) (archivage)',
  family: FAMILY,
  pastell: 'rh-archivage-collectif-zip',
  fields: { titre: agentFields.titre, ...collectiviteFields, dossier: dossierZip, metadonnees },
  steps: () => [archivage({})],
})

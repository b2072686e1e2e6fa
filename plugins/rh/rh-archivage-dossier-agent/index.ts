import { defineFlow } from '#core'
import { archivage } from '../../steps/sae/index.ts'
import { agentFields, collectiviteFields, dossierZip, FAMILY, metadonnees } from '../champs.ts'

/** Elements of the file of one agent, archived whole (`flows/rh.md`). */
export default defineFlow({
  id: 'rh-archivage-dossier-agent',
  version: 1,
  label: "Éléments du dossier individuel de l'agent (archivage)",
  family: FAMILY,
  pastell: 'rh-archivage-dossier-agent',
  fields: { ...agentFields, ...collectiviteFields, dossier: dossierZip, metadonnees },
  steps: () => [archivage({})],
})

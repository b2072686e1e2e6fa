import { defineFlow, file, files, flag, text } from '#core'
import { archivage } from '../../steps/sae/index.ts'
import { depotGed } from '../../steps/ged/index.ts'
import { transformation } from '../../steps/transformation/index.ts'

/** A folder born and finished in the signature book, brought here by a connector (`flows/documents-ged-parapheur.md`, ls-recup-parapheur). */
export default defineFlow({
  id: 'ls-recup-parapheur',
  version: 1,
  label: 'Récupération parapheur',
  family: 'Documents divers',
  pastell: 'ls-recup-parapheur',
  fields: {
    dossierId: text('Identifiant du dossier', {
      required: true,
      index: true,
      pastell: 'dossier_id',
      page: 'Informations',
    }),
    dossierNom: text('Nom du dossier', { required: true, title: true, pastell: 'dossier_name', page: 'Informations' }),
    documentsSignes: files('Documents signés', { required: true, pastell: 'document_signe', page: 'Informations' }),
    annexes: files('Annexes', { pastell: 'annexe', page: 'Informations' }),
    bordereau: file('Bordereau de signature', { required: true, pastell: 'bordereau', page: 'Informations' }),
    premis: file('Historique du parapheur (PREMIS)', {
      required: true,
      accept: ['application/xml'],
      pastell: 'premis',
      page: 'Informations',
    }),
    envoiDepot: flag('Dépôt en GED', { pastell: 'envoi_depot', page: 'Cheminement' }),
    envoiSae: flag('Archivage', { pastell: 'envoi_sae', page: 'Cheminement' }),
  },
  steps: ({ envoiDepot, envoiSae }) => [
    transformation({}),
    depotGed({}).when(envoiDepot),
    archivage({}).when(envoiSae),
  ],
})

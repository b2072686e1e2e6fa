import { defineFlow, file, flag } from '#core'
import { archivage } from '../../steps/sae/index.ts'
import { depotGed } from '../../steps/ged/index.ts'
import { extractPes, FORMER_TDT_NAMES, pesAsked, tdtHelios } from '../../steps/tdt-helios/index.ts'
import { extractionMarche } from './extraction.ts'

export { extractionMarche } from './extraction.ts'

/** PES of public contracts: extraction, then treasury, deposit and archiving if ticked (`flows/helios.md`, pes-marche). */
export default defineFlow({
  id: 'pes-marche',
  version: 1,
  label: 'PES marché',
  family: 'Commande publique',
  pastell: 'pes-marche',
  fields: {
    ...pesAsked,
    // Pastell sets no limit to its size here.
    fichierPes: file('Fichier PES', { required: true, accept: ['application/xml'], pastell: 'fichier_pes' }),
    envoiTdt: flag('Télétransmission à la trésorerie', { pastell: 'envoi_tdt' }),
    envoiGed: flag('Dépôt en GED', { pastell: 'envoi_ged' }),
    envoiSae: flag('Archivage', { pastell: 'envoi_sae' }),
  },
  extract: { fichierPes: extractPes },
  steps: ({ objet, fichierPes, envoiTdt, envoiGed, envoiSae }) => [
    extractionMarche({ pes: fichierPes }),
    tdtHelios({ objet, pes: fichierPes })
      .pastell({
        ...FORMER_TDT_NAMES,
        'states.aExtraire': 'preparation-send-tdt',
        'states.extrait': 'preparation-send-tdt',
        'states.aEnvoyer': 'preparation-send-tdt',
      })
      .when(envoiTdt),
    depotGed({}).when(envoiGed),
    archivage({}).when(envoiSae),
  ],
})

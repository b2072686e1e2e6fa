import { defineFlow, firstOf, flag } from '#core'
import { archivage } from '../../steps/sae/index.ts'
import { depotGed } from '../../steps/ged/index.ts'
import { signature } from '../../steps/signature/index.ts'
import { extractPes, pesAsked, tdtHelios } from '../../steps/tdt-helios/index.ts'
import { metadonnees, transformation } from '../../steps/transformation/index.ts'

/** PES aller of any origin: transformation, then signature, treasury, deposit and archiving if ticked (`flows/helios.md`, ls-helios). */
export default defineFlow({
  id: 'ls-helios',
  version: 1,
  label: 'Helios',
  family: 'Finances',
  pastell: 'ls-helios',
  fields: {
    ...pesAsked,
    metadonnees: metadonnees(),
    envoiSignature: flag('Signature', { pastell: 'envoi_signature' }),
    envoiTdt: flag('Télétransmission à la trésorerie', { pastell: 'envoi_tdt_helios' }),
    envoiDepot: flag('Dépôt en GED', { pastell: 'envoi_depot' }),
    envoiSae: flag('Archivage', { pastell: 'envoi_sae' }),
  },
  extract: { fichierPes: extractPes },
  steps({ objet, fichierPes, envoiSignature, envoiTdt, envoiDepot, envoiSae }) {
    const visa = signature({ titre: objet, document: fichierPes })
    return [
      transformation({}),
      visa.when(envoiSignature),
      tdtHelios({ objet, pes: firstOf(visa.fields.signe, fichierPes) }).when(envoiTdt),
      depotGed({}).when(envoiDepot),
      archivage({}).when(envoiSae),
    ]
  },
})

import { defineFlow, firstOf, flag } from '#core'
import { archivage } from '../../steps/sae/index.ts'
import { depotGed } from '../../steps/ged/index.ts'
import { mailsec } from '../../steps/mailsec/index.ts'
import { signature } from '../../steps/signature/index.ts'
import { transformation } from '../../steps/transformation/index.ts'
import { bulletinFields, FAMILY, metadonnees } from '../champs.ts'

/** The payslip of one agent: signature, secure mail, deposit, archiving, each if its box is ticked (`flows/rh.md`). */
export default defineFlow({
  id: 'rh-bulletin-salaire',
  version: 1,
  label: 'Bulletin de salaire',
  family: FAMILY,
  pastell: 'rh-bulletin-salaire',
  fields: {
    ...bulletinFields,
    metadonnees,
    envoiSignature: flag('Signature', { pastell: 'envoi_signature' }),
    envoiMailsec: flag('Mail sécurisé', { pastell: 'envoi_mailsec' }),
    envoiDepot: flag('Dépôt en GED', { pastell: 'envoi_depot' }),
    envoiSae: flag('Archivage', { pastell: 'envoi_sae' }),
  },
  steps({ titre, document, annexes, envoiSignature, envoiMailsec, envoiDepot, envoiSae }) {
    const visa = signature({ titre, document, annexes })
    return [
      transformation({}),
      visa.when(envoiSignature),
      mailsec({ titre, document: firstOf(visa.fields.signe, document), annexes }).when(envoiMailsec),
      depotGed({}).when(envoiDepot),
      archivage({}).when(envoiSae),
    ]
  },
})

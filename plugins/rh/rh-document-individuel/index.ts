import { date, defineFlow, file, firstOf, flag, text } from '#core'
import { archivage } from '../../steps/sae/index.ts'
import { depotGed } from '../../steps/ged/index.ts'
import { mailsec } from '../../steps/mailsec/index.ts'
import { signature } from '../../steps/signature/index.ts'
import { tdtActes } from '../../steps/tdt-actes/index.ts'
import { transformation } from '../../steps/transformation/index.ts'
import { agentFields, annexes as annexesField, collectiviteFields, FAMILY, metadonnees } from '../champs.ts'

/** A decision about one agent: signature, légalité control, secure mail, deposit, archiving, as ticked (`flows/rh.md`). */
export default defineFlow({
  id: 'rh-document-individuel',
  version: 1,
  label: 'Document individuel',
  family: FAMILY,
  pastell: 'rh-document-individuel',
  maxBytes: 157_286_400,
  fields: {
    ...agentFields,
    ...collectiviteFields,
    type: text('Type de document', {
      required: true,
      help: 'Dans le vocabulaire du logiciel de ressources humaines.',
      pastell: 'type_document',
    }),
    date: date('Date du document', { required: true, pastell: 'date_document' }),
    document: file('Document (PDF)', { required: true, accept: ['application/pdf'], pastell: 'document' }),
    annexes: annexesField,
    metadonnees,
    envoiSignature: flag('Signature', { pastell: 'envoi_signature' }),
    envoiTdt: flag('Contrôle de légalité', { pastell: 'envoi_tdt_actes' }),
    envoiMailsec: flag('Mail sécurisé', { pastell: 'envoi_mailsec' }),
    envoiDepot: flag('Dépôt en GED', { pastell: 'envoi_depot' }),
    envoiSae: flag('Archivage', { pastell: 'envoi_sae' }),
  },
  steps({ titre, document, annexes, envoiSignature, envoiTdt, envoiMailsec, envoiDepot, envoiSae }) {
    const visa = signature({ titre, document, annexes })
    const signed = firstOf(visa.fields.signe, document)
    return [
      transformation({}),
      visa.when(envoiSignature),
      tdtActes({ objet: titre, acte: signed, annexes }).when(envoiTdt),
      mailsec({ titre, document: signed, annexes }).when(envoiMailsec),
      depotGed({}).when(envoiDepot),
      archivage({}).when(envoiSae),
    ]
  },
})

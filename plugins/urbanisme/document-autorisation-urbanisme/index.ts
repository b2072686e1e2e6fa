import { defineFlow, file, firstOf, flag, text } from '#core'
import { archivage } from '../../steps/sae/index.ts'
import { depotGed } from '../../steps/ged/index.ts'
import { mailsec } from '../../steps/mailsec/index.ts'
import { signature } from '../../steps/signature/index.ts'
import { tdtActes } from '../../steps/tdt-actes/index.ts'
import { metadonnees, transformation } from '../../steps/transformation/index.ts'
import { annexe as annexeField, FAMILY } from '../champs.ts'

/** One document of a planning authorisation, as its software hands it over (`flows/urbanisme.md`). */
export default defineFlow({
  id: 'document-autorisation-urbanisme',
  version: 1,
  label: "Document d'autorisation d'urbanisme",
  family: FAMILY,
  pastell: 'document-autorisation-urbanisme',
  maxBytes: 157_286_400,
  fields: {
    titre: text('Titre', { required: true, title: true, pastell: 'titre' }),
    idExterne: text('Identifiant dans le logiciel métier', { index: true, pastell: 'id_document_externe' }),
    document: file('Document', {
      required: true,
      help: 'En PDF s’il part au contrôle de légalité.',
      pastell: 'document',
    }),
    annexe: annexeField,
    metadonnees: metadonnees(),
    envoiSignature: flag('Signature', { pastell: 'envoi_signature' }),
    envoiTdt: flag('Contrôle de légalité', { pastell: 'envoi_tdt_actes' }),
    envoiMailsec: flag('Mail sécurisé', { pastell: 'envoi_mailsec' }),
    envoiDepot: flag('Dépôt en GED', { pastell: 'envoi_depot' }),
    envoiSae: flag('Archivage', { pastell: 'envoi_sae' }),
  },
  steps({ titre, document, annexe, envoiSignature, envoiTdt, envoiMailsec, envoiDepot, envoiSae }) {
    const visa = signature({ titre, document, annexes: annexe })
    const signed = firstOf(visa.fields.signe, document)
    return [
      transformation({}),
      visa.when(envoiSignature),
      tdtActes({ objet: titre, acte: signed, annexes: annexe }).when(envoiTdt),
      mailsec({ titre, document: signed, annexes: annexe }).when(envoiMailsec),
      depotGed({}).when(envoiDepot),
      archivage({}).when(envoiSae),
    ]
  },
})

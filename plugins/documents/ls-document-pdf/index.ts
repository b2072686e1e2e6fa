import { defineFlow, file, files, firstOf, flag, text } from '#core'
import { archivage } from '../../steps/sae/index.ts'
import { depotGed } from '../../steps/ged/index.ts'
import { mailsec } from '../../steps/mailsec/index.ts'
import { signature } from '../../steps/signature/index.ts'
import { metadonnees, transformation } from '../../steps/transformation/index.ts'

/** Any PDF: signature, secure mail, deposit, archiving, each if its box is ticked (`flows/documents-ged-parapheur.md`, ls-document-pdf). */
export default defineFlow({
  id: 'ls-document-pdf',
  version: 1,
  label: 'Document PDF',
  family: 'Documents divers',
  pastell: 'ls-document-pdf',
  fields: {
    libelle: text('Libellé', { required: true, title: true, max: 500, pastell: 'libelle', page: 'Informations' }),
    document: file('Document', {
      required: true,
      accept: ['application/pdf'],
      pastell: 'document',
      page: 'Informations',
    }),
    annexes: files('Annexes', { pastell: 'annexe', page: 'Informations' }),
    metadonnees: metadonnees({ page: 'Informations' }),
    envoiSignature: flag('Signature', { pastell: 'envoi_signature', page: 'Cheminement' }),
    envoiMailsec: flag('Mail sécurisé', { pastell: 'envoi_mailsec', page: 'Cheminement' }),
    envoiDepot: flag('Dépôt en GED', { pastell: 'envoi_depot', page: 'Cheminement' }),
    envoiSae: flag('Archivage', { pastell: 'envoi_sae', page: 'Cheminement' }),
  },
  steps({ libelle, document, annexes, envoiSignature, envoiMailsec, envoiDepot, envoiSae }) {
    const visa = signature({ titre: libelle, document, annexes })
    const signed = firstOf(visa.fields.signe, document)
    return [
      transformation({}),
      visa.when(envoiSignature),
      mailsec({ titre: libelle, document: signed, annexes }).when(envoiMailsec),
      depotGed({}).when(envoiDepot),
      archivage({}).when(envoiSae),
    ]
  },
})

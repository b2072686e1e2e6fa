import { defineFlow, file, files, firstOf, flag, text } from '#core'
import { donneesBordereau } from '../champs.ts'
import { archivage } from '../../steps/sae/index.ts'
import { depotGed } from '../../steps/ged/index.ts'
import { mailsec } from '../../steps/mailsec/index.ts'
import { signature } from '../../steps/signature/index.ts'
import { transformationFixe } from '../../steps/transformation-fixe/index.ts'

/** Each deposit bears its rank in Pastell. */
const gedNames = (rank: '1' | '2') => ({
  'states.aDeposer': `preparation-send-ged-${rank}`,
  'states.depose': `send-ged-${rank}`,
  'states.erreur': `error-ged-${rank}`,
  'tasks.deposer': `send-ged-${rank}`,
  'fields.identifiants': rank === '1' ? 'ged_document_id_file' : 'ged_document_id_file_2',
})

/** Replaced by ls-document-pdf; a deposit before the mail, another after it (`flows/documents-ged-parapheur.md`, pdf-generique). */
export default defineFlow({
  id: 'pdf-generique',
  version: 1,
  label: 'Document PDF (Générique) - déprécié',
  family: 'Documents divers',
  pastell: 'pdf-generique',
  fields: {
    libelle: text('Libellé', { required: true, title: true, max: 500, pastell: 'libelle', page: 'Document' }),
    document: file('Document', { required: true, pastell: 'document', page: 'Document' }),
    annexes: files('Annexes', { pastell: 'annexe', page: 'Document' }),
    envoiSignature: flag('Signature', { pastell: 'envoi_signature', page: 'Cheminement' }),
    envoiGed1: flag('Dépôt en GED avant le courriel', { pastell: 'envoi_ged_1', page: 'Cheminement' }),
    envoiMailsec: flag('Mail sécurisé', { pastell: 'envoi_mailsec', page: 'Cheminement' }),
    mailMetadata: file('Données du courriel', {
      help: 'Un objet JSON où puise le modèle du courriel.',
      accept: ['application/json'],
      when: { field: 'envoiMailsec', is: true },
      pastell: 'mail_metadata',
      page: 'Cheminement',
    }),
    envoiGed2: flag('Dépôt en GED après le courriel', { pastell: 'envoi_ged_2', page: 'Cheminement' }),
    envoiSae: flag('Archivage', { pastell: 'envoi_sae', page: 'Cheminement' }),
    saeConfig: donneesBordereau({ page: 'Cheminement' }),
    lu: text('Courriel lu', { hidden: true, pastell: 'is_recupere', page: 'Cheminement' }),
  },
  steps({ libelle, document, annexes, envoiSignature, envoiGed1, envoiMailsec, envoiGed2, envoiSae, saeConfig }) {
    const visa = signature({ titre: libelle, document, annexes })
      .pastell({ 'fields.bordereau': 'bordereau' })
      .when(envoiSignature)
    const mail = mailsec({ titre: libelle, document: firstOf(visa.fields.signe, document), annexes }).when(envoiMailsec)
    return [
      visa,
      depotGed({}).as('ged1').labelled('Dépôt en GED avant le courriel').pastell(gedNames('1')).when(envoiGed1),
      mail,
      transformationFixe({})
        .labelled('Constat de lecture')
        .set({ lu: '{% if sent_mail_read == sent_mail_number %}1{% endif %}' })
        .when(envoiMailsec),
      depotGed({}).as('ged2').labelled('Dépôt en GED après le courriel').pastell(gedNames('2')).when(envoiGed2),
      archivage({ valeurs: saeConfig }).when(envoiSae),
    ]
  },
})

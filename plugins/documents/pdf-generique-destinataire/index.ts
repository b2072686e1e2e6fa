import { file, files, text } from '#core'
import { companion } from '../../steps/mailsec/index.ts'

/** What the recipients of a pdf-generique see (`flows/documents-ged-parapheur.md`). */
export default companion({
  id: 'pdf-generique-destinataire',
  label: 'Document PDF (Générique) - déprécié : page des destinataires',
  family: 'Documents divers',
  fields: {
    to: text('Destinataires', { pastell: 'to' }),
    libelle: text('Libellé', { required: true, title: true, pastell: 'libelle' }),
    document: file('Document', { required: true, pastell: 'document' }),
    annexes: files('Annexes', { pastell: 'annexe' }),
  },
})

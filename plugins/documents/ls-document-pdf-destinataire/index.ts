import { file, files, text } from '#core'
import { companion } from '../../steps/mailsec/index.ts'

/** What the recipients of an ls-document-pdf see (`flows/documents-ged-parapheur.md`). */
export default companion({
  id: 'ls-document-pdf-destinataire',
  label: 'Document PDF : page des destinataires',
  family: 'Documents divers',
  fields: {
    libelle: text('Libellé', { title: true, pastell: 'libelle' }),
    document: file('Document', { required: true, pastell: 'document' }),
    annexes: files('Annexes', { pastell: 'annexe' }),
  },
})

import { file, text } from '#core'
import { companion } from '../../steps/mailsec/index.ts'
import { annexe, FAMILY } from '../champs.ts'

export default companion({
  id: 'document-autorisation-urbanisme-destinataire',
  label: "Document d'autorisation d'urbanisme : page des destinataires",
  family: FAMILY,
  fields: {
    titre: text('Titre', { pastell: 'titre' }),
    document: file('Document', { pastell: 'document' }),
    annexe,
  },
})

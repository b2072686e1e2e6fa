import { file, files, longText, text } from '#core'
import { companion } from '../../steps/mailsec/index.ts'

/** What the citizen who receives a gfc-dossier sees (`flows/documents-ged-parapheur.md`). */
export default companion({
  id: 'gfc-dossier-destinataire',
  label: 'Dossier GFC : page des destinataires',
  family: 'Relation citoyens',
  fields: {
    demande: text('Intitulé de la demande', { pastell: 'intitule_demande' }),
    reference: text("Référence de l'échange", { index: true, pastell: 'reference' }),
    intitule: text("Intitulé de l'échange", { title: true, pastell: 'intitule' }),
    objet: longText('Objet', { pastell: 'objet' }),
    document: file('Document', { accept: ['application/pdf'], pastell: 'document' }),
    pieces: files('Pièces jointes', { pastell: 'pj' }),
  },
})

import { file, files, text } from '#core'
import { companion, recipientFields } from '../../steps/mailsec/index.ts'
import { FAMILY } from '../champs.ts'

/** What the recipients of a piece see (`flows/marches.md`, piece-marche-destinataire). */
export default companion({
  id: 'piece-marche-destinataire',
  label: 'Pièces de marché : page des destinataires',
  family: FAMILY,
  fields: {
    to: recipientFields.to,
    libelle: text('Libellé', { required: true, title: true, pastell: 'libelle' }),
    document: file('Document', { required: true, pastell: 'document' }),
    annexes: files('Annexes', { pastell: 'annexe' }),
    primoSignatures: files('Signatures détachées du document', { pastell: 'primo_signature_detachee' }),
    signatureDetachee: file('Signature détachée', { computed: true, pastell: 'co_signature_detachee' }),
  },
})

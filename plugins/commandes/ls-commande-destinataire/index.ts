import { file, text } from '#core'
import { companion } from '../../steps/mailsec/index.ts'

/** What the supplier sees of an order: not its annexes (`flows/commande.md`, ls-commande-destinataire). */
export default companion({
  id: 'ls-commande-destinataire',
  label: 'Commande : page du fournisseur',
  family: 'Finances',
  fields: {
    libelle: text('Libellé', { title: true, pastell: 'libelle' }),
    document: file('Bon de commande', { required: true, pastell: 'document' }),
  },
})

import { messagePage } from '../../steps/mailsec/index.ts'

export default messagePage({
  id: 'ls-mailsec-bidir-destinataire',
  label: 'Mail sécurisé avec réponse : page des destinataires',
})

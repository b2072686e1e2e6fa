import { messagePage } from '../../steps/mailsec/index.ts'

export default messagePage({
  id: 'mailsec-bidir-destinataire',
  label: 'Mail sécurisé avec réponse (ancien) : page des destinataires',
})

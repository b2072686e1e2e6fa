import { formerSecureMail } from '../../steps/mailsec/index.ts'

export default formerSecureMail({
  id: 'mailsec-bidir',
  label: 'Mail sécurisé avec réponse (ancien)',
  sending: 'envoi-mail',
})

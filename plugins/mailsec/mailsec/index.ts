import { formerSecureMail } from '../../steps/mailsec/index.ts'

export default formerSecureMail({ id: 'mailsec', label: 'Mail sécurisé (ancien)', sending: 'envoi' })

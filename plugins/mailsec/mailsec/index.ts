import { formerSecureMail } from '../builder.ts'

export default formerSecureMail({ id: 'mailsec', label: 'Mail sécurisé (ancien)', sending: 'envoi' })

import { messagePage } from '../../steps/mailsec/index.ts'

export default messagePage({ id: 'mailsec-destinataire', label: 'Mail sécurisé (ancien) : page des destinataires' })

import { messagePage } from '../../steps/mailsec/index.ts'

export default messagePage({ id: 'ls-mailsec-destinataire', label: 'Mail sécurisé : page des destinataires' })

import { messagePage } from '../builder.ts'

export default messagePage({ id: 'mailsec-destinataire', label: 'Mail sécurisé (ancien) : page des destinataires' })

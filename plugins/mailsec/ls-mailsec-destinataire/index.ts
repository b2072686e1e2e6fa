import { messagePage } from '../builder.ts'

export default messagePage({ id: 'ls-mailsec-destinataire', label: 'Mail sécurisé : page des destinataires' })

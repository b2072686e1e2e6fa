import { secureMail } from '../builder.ts'

export default secureMail({ id: 'ls-mailsec-bidir', label: 'Mail sécurisé avec réponse' })

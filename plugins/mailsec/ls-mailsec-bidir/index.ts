import { secureMail } from '../../steps/mailsec/index.ts'

export default secureMail({ id: 'ls-mailsec-bidir', label: 'Mail sécurisé avec réponse' })

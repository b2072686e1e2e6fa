import { secureMail } from '../../steps/mailsec/index.ts'

export default secureMail({ id: 'ls-mailsec', label: 'Mail sécurisé' })

import { secureMail } from '../builder.ts'

export default secureMail({ id: 'ls-mailsec', label: 'Mail sécurisé' })

import { messageAnswer } from '../builder.ts'

export default messageAnswer({ id: 'ls-mailsec-bidir-reponse', label: 'Mail sécurisé avec réponse : réponse' })

import { messageAnswer } from '../builder.ts'

export default messageAnswer({ id: 'mailsec-bidir-reponse', label: 'Mail sécurisé avec réponse (ancien) : réponse' })

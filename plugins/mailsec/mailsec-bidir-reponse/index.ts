import { messageAnswer } from '../../steps/mailsec/index.ts'

export default messageAnswer({ id: 'mailsec-bidir-reponse', label: 'Mail sécurisé avec réponse (ancien) : réponse' })

import { messageAnswer } from '../../steps/mailsec/index.ts'

export default messageAnswer({ id: 'ls-mailsec-bidir-reponse', label: 'Mail sécurisé avec réponse : réponse' })

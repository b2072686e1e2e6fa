import { defineConnector, frenchDay, readableSize } from '#core'
import { smtpFields } from './fields.ts'
import { compose } from './message.ts'
import { openSession, type SmtpSession } from './session.ts'

const NO_NOTICE = "il n'envoie pas d'avis de remise (DSN) : les non-remises dépendront des serveurs suivants"

/** How a sending ended, for the recording of an exchange. */
const OUTCOMES = { sent: 'pris en charge', refused: 'adresse refusée', failed: 'échec' } as const

const encryption = (tls: SmtpSession['tls']): string =>
  tls
    ? `connexion chiffrée (${tls.protocol}, certificat valable jusqu'au ${frenchDay(tls.validUntil)})`
    : 'connexion en clair'

const sizeLimit = (offers: readonly string[]): string => {
  const limit = Number(offers.find(offer => /^SIZE \d+$/iu.test(offer))?.slice(5) ?? 0)
  return limit > 0 ? `messages jusqu'à ${readableSize(limit)}` : 'sans limite de taille annoncée'
}

export default defineConnector({
  id: 'smtp',
  version: 1,
  label: 'Courriel sécurisé (SMTP)',
  provides: ['mailsec'],
  pastell: ['mailsec'],
  pace: { concurrency: 2 },
  config: smtpFields,

  connect({ config, network, files, clock, trace }) {
    const notify = config.avisDeRemise ? ['FAILURE', 'DELAY', 'SUCCESS'] : ['FAILURE', 'DELAY']

    const opened = async (): Promise<SmtpSession> => {
      const session = await openSession(config, network)
      trace(`Connexion à ${config.serveur}:${config.port} → ${encryption(session.tls)} ; ${session.offers.join(', ')}`)
      return session
    }

    return {
      mailsec: {
        async send(mail) {
          const message = await compose(mail, config, { files, now: clock.now() })
          const session = await opened()
          try {
            const sent = await session.send(message, mail.key, notify)
            trace(`Message ${message.messageId} (${message.raw.length} octets) → ${OUTCOMES[sent.is]}`)
            if (sent.is === 'failed') throw sent.error
            return sent.is === 'sent' ? { is: 'sent', messageId: message.messageId } : sent
          } finally {
            session.close()
          }
        },
      },
      async check() {
        const session = await opened()
        session.close()
        const account = config.identifiant === undefined ? 'sans compte' : `compte « ${config.identifiant} » accepté`
        const notices = session.offers.some(offer => /^DSN\b/iu.test(offer))
          ? 'avis de remise (DSN) proposés'
          : NO_NOTICE
        return `Connecté à ${config.serveur} : ${encryption(session.tls)}, ${account}, ${sizeLimit(session.offers)}, ${notices}.`
      },
    }
  },
})

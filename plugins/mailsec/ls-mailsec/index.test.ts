import { expect, test } from 'vitest'
import type { Mailsec } from '#core'
import { testHub } from '#core/testing'
import { mailsec, recipientsIn } from '../../steps/mailsec/index.ts'
import { transformation } from '../../steps/transformation/index.ts'
import flow from './index.ts'

const posted = async (to: string) => {
  const sent: string[] = []
  const connector: Mailsec = {
    send(mail) {
      sent.push(mail.to)
      return Promise.resolve({ is: 'sent', messageId: mail.key })
    },
  }
  const hub = testHub(flow, [transformation, mailsec], { mailsec: connector })
  const document = await hub.create({ objet: 'Convocation', message: 'À lire', 'mailsec.to': to })
  await document.submit()
  return { hub, sent, document }
}

test('le message part, se lit, et le document est terminé', async () => {
  const { sent, document } = await posted('camille@exemple.fr')
  expect([document.state, sent]).toEqual(['mailsec.envoye', ['camille@exemple.fr']])
  const [recipient] = recipientsIn({ destinataires: document.data['mailsec.destinataires'] })
  await document.signal('mailsec.lecture', { acces: recipient?.acces })
  expect(document.state).toBe('termine')
})

test('sans destinataire, le document attend une correction', async () => {
  const { document } = await posted('')
  expect([document.state, document.buttons['mailsec.reprendre']]).toEqual(['mailsec.erreurEnvoi', true])
})

test('sans lecture, la relance part à 30 jours et l’attente finit à 60', async () => {
  const { hub, document } = await posted('camille@exemple.fr')
  await hub.advance('61 d')
  expect(document.current.trail.map(stop => stop.state)).toContain('mailsec.nonRecu')
})

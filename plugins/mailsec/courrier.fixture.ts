import { expect, test } from 'vitest'
import type { Flow } from '#core'
import { demanded, fakeTown, fileNamed, testHub } from '#core/testing'
import { mailsec, recipientsIn } from '../steps/mailsec/index.ts'
import { transformation } from '../steps/transformation/index.ts'

const complete = {
  objet: 'Convocation',
  message: 'À lire',
  documents: [fileNamed('ordre-du-jour.pdf')],
  'mailsec.to': 'camille@exemple.fr',
}

const posted = async (flow: Flow) => {
  const { capabilities, courrier } = fakeTown()
  const hub = testHub(flow, [transformation, mailsec], capabilities)
  const document = await hub.create(complete)
  await document.submit()
  return { hub, document, courrier }
}

/** What all secure mails have in common. */
const message = (flow: Flow): void => {
  test('le message part avec ses fichiers, se lit, et le document est terminé ; seul l’objet est exigé', async () => {
    const { hub, document, courrier } = await posted(flow)
    expect([document.state, courrier.mails.map(({ to }) => to)]).toEqual(['mailsec.envoye', ['camille@exemple.fr']])
    expect(flow.stored.steps.at(-1)?.bindings).toEqual({ titre: 'objet', message: 'message', documents: 'documents' })
    const [recipient] = recipientsIn({ destinataires: document.data['mailsec.destinataires'] })
    await document.signal('mailsec.lecture', { acces: recipient?.acces })
    expect([document.state, document.current.title]).toEqual(['termine', 'Convocation'])
    expect(await demanded(hub, complete)).toEqual(['objet'])
  })
}

/** The current ones, that write again by themselves. */
export const courrierRelance = (flow: Flow): void => {
  message(flow)
  test('sans lecture, la relance part à 30 jours et l’attente finit à 60', async () => {
    const { hub, document, courrier } = await posted(flow)
    await hub.advance('31 d')
    expect([document.state, courrier.mails.length]).toEqual(['mailsec.renvoye', 2])
    await hub.advance('30 d')
    expect(document.current.trail.map(stop => stop.state)).toContain('mailsec.nonRecu')
  })
}

/** The former ones. */
export const courrierSansRelance = (flow: Flow): void => {
  message(flow)
  test('aucune relance ne part d’elle-même, l’agent garde la main', async () => {
    const { hub, document, courrier } = await posted(flow)
    await hub.advance('61 d')
    expect([document.state, courrier.mails.length]).toEqual(['mailsec.envoye', 1])
  })
}

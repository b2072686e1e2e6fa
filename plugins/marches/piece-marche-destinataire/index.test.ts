import { expect, test } from 'vitest'
import { fileNamed, testHub } from '#core/testing'
import { formulaireDestinataire } from '../../steps/mailsec/index.ts'
import flow from './index.ts'

test('la page du destinataire n’a rien à faire, et aucun agent n’en commence', async () => {
  const hub = testHub(flow, [formulaireDestinataire], {})
  const document = await hub.create({ libelle: 'Acte d’engagement', document: fileNamed('ae.pdf') })
  await document.submit()
  expect([document.state, flow.stored.companion]).toEqual(['termine', true])
})

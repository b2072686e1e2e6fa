import { expect, test } from 'vitest'
import { testHub } from '#core/testing'
import { formulaireDestinataire } from '../../steps/mailsec/index.ts'
import flow from './index.ts'

test('la page des destinataires n’a rien à faire ensuite, et aucun agent n’en commence', async () => {
  const hub = testHub(flow, [formulaireDestinataire], {})
  const document = await hub.create({ titre: 'Permis PC 034 213 26 00012' })
  await document.submit()
  expect([document.state, flow.stored.companion]).toEqual(['termine', true])
})

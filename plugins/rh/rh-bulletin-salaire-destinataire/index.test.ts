import { expect, test } from 'vitest'
import { fileNamed, testHub } from '#core/testing'
import { formulaireDestinataire } from '../../steps/mailsec/index.ts'
import flow from './index.ts'

test('la page des destinataires n’a rien à faire ensuite, et aucun agent n’en commence', async () => {
  const hub = testHub(flow, [formulaireDestinataire], {})
  const document = await hub.create({
    titre: 'Bulletin de janvier',
    matricule: 'A12',
    prenom: 'Camille',
    naissance: '1980-02-03',
    courriel: 'camille@exemple.fr',
    siret: '21340000500011',
    date: '2026-01-31',
    mois: 'Janvier',
    annee: '2026',
    document: fileNamed('bulletin.pdf'),
  })
  await document.submit()
  expect([document.state, flow.stored.companion]).toEqual(['termine', true])
})

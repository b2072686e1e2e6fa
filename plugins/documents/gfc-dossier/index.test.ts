import { expect, test } from 'vitest'
import { demanded, fakeTown, fileNamed, testHub, typesChecked } from '#core/testing'
import { archivage } from '../../steps/sae/index.ts'
import { depotGed } from '../../steps/ged/index.ts'
import { mailsec } from '../../steps/mailsec/index.ts'
import { signature } from '../../steps/signature/index.ts'
import { transformation } from '../../steps/transformation/index.ts'
import { read, signed } from '../document.fixture.ts'
import flow from './index.ts'

const complete = {
  reference: 'WGFC-2026-17',
  intitule: 'Réponse à Mme Durand',
  document: fileNamed('reponse.pdf'),
  pieces: [fileNamed('plan.pdf')],
  envoiSignature: true,
  envoiMailsec: true,
  envoiDepot: true,
  envoiSae: true,
  'signature.circuit': { value: 'courrier', label: 'Courrier' },
  'mailsec.to': 'camille@exemple.fr',
}
const town = async (values: object = {}) => {
  const remotes = fakeTown()
  const hub = testHub(flow, [transformation, signature, mailsec, depotGed, archivage], remotes.capabilities)
  return { ...remotes, hub, document: await hub.create({ ...complete, ...values }) }
}
test('après chaque étape, le dossier attend que l’agent poursuive', async () => {
  const all = await town()
  const { document, hub, courrier, ged, sae } = all
  await signed(all)
  await hub.advance('10 d')
  expect([document.state, courrier.mails.length]).toEqual(['signature.signe', 0])
  await document.ask('poursuivre')
  expect([document.state, courrier.mails.length]).toEqual(['mailsec.envoye', 1])
  await read(all)
  await hub.advance('10 d')
  expect([document.state, ged.deposits.size]).toEqual(['mailsec.lu', 0])
  await document.ask('poursuivre')
  expect(document.state).toBe('ged.depose')
  await document.ask('poursuivre')
  sae.accept()
  await hub.advance('20 min')
  expect(document.state).toBe('sae.accepte')
  await document.ask('poursuivre')
  expect(document.state).toBe('termine')
})

test('pendant l’attente, l’agent change le chemin et choisit les destinataires', async () => {
  const all = await town({ envoiMailsec: false, envoiDepot: false, envoiSae: false, 'mailsec.to': undefined })
  await signed(all)
  expect(all.document.edit({ envoiMailsec: true, 'mailsec.to': 'dominique@exemple.fr' })).toEqual([])
  await all.document.ask('poursuivre')
  expect(all.courrier.mails.map(({ to }) => to)).toEqual(['dominique@exemple.fr'])
})

test('non lu jusqu’au bout, le dossier attend encore la décision de l’agent', async () => {
  const all = await town()
  await signed(all)
  await all.document.ask('poursuivre')
  await all.hub.advance('61 d')
  expect([all.document.state, all.document.buttons['poursuivre']]).toEqual(['mailsec.nonRecu', true])
})

test('la personne reçoit le document signé et les pièces', async () => {
  const { hub } = await town()
  expect(hub.flow.steps.find(({ alias }) => alias === 'mailsec')?.bindings).toEqual({
    titre: 'intitule',
    document: { firstOf: ['signature.signe', 'document'] },
    annexes: 'pieces',
  })
})

test('les données du bordereau ne se demandent que pour un archivage', async () => {
  const missing = await town({ reference: undefined, 'signature.circuit': undefined })
  await expect(missing.document.submit()).rejects.toThrow("« Référence de l'échange »")
  const { hub } = missing
  expect(hub.flow.fields['saeConfig']?.options.when).toEqual({ field: 'envoiSae', is: true })
})

test('ce que le formulaire exige, et les fichiers dont il vérifie le type', async () => {
  const { hub, document } = await town()
  const saeConfig = { ...fileNamed('donnees.json'), type: 'application/json' }
  expect(document.current.title).toBe(complete.intitule)
  expect(await demanded(hub, { ...complete, saeConfig })).toEqual([
    'reference',
    'intitule',
    'document',
    'signature.circuit',
  ])
  expect(await typesChecked(hub, { ...complete, saeConfig })).toEqual(['document', 'saeConfig'])
})

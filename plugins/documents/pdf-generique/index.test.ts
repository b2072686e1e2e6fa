import { expect, test } from 'vitest'
import { demanded, fakeTown, fileNamed, testHub, typesChecked } from '#core/testing'
import { archivage } from '../../steps/sae/index.ts'
import { depotGed } from '../../steps/ged/index.ts'
import { mailsec } from '../../steps/mailsec/index.ts'
import { signature } from '../../steps/signature/index.ts'
import { transformationFixe } from '../../steps/transformation-fixe/index.ts'
import { read, signed } from '../document.fixture.ts'
import flow from './index.ts'

const complete = {
  libelle: 'Courrier aux riverains',
  document: fileNamed('courrier.pdf'),
  annexes: [fileNamed('plan.pdf')],
  envoiSignature: true,
  envoiGed1: true,
  envoiMailsec: true,
  envoiGed2: true,
  envoiSae: true,
  'signature.circuit': { value: 'courrier', label: 'Courrier' },
  'mailsec.to': 'camille@exemple.fr, dominique@exemple.fr',
}
const town = async (values: object = {}) => {
  const remotes = fakeTown()
  const steps = [signature, depotGed, mailsec, transformationFixe, archivage]
  const hub = testHub(flow, steps, remotes.capabilities)
  return { ...remotes, hub, document: await hub.create({ ...complete, ...values }) }
}
test('signé, déposé, envoyé, lu, déposé à nouveau, archivé : deux dépôts distincts', async () => {
  const all = await town()
  const { document, hub, ged, sae } = all
  await signed(all)
  expect([document.state, ged.deposits.size]).toEqual(['mailsec.envoye', 1])
  await read(all, 1)
  expect([document.state, ged.deposits.size]).toEqual(['mailsec.luPartiel', 1])
  await read(all)
  expect([document.state, ged.deposits.size, document.data['lu']]).toEqual(['sae.envoye', 2, '1'])
  sae.accept()
  await hub.advance('20 min')
  expect(document.state).toBe('termine')
  expect(document.current.trail.map(stop => stop.state)).toEqual(
    expect.arrayContaining(['ged1.depose', 'mailsec.lu', 'ged2.depose']),
  )
})

test('jamais lu, le courriel est déclaré non reçu, le document continue et ne se dit pas lu', async () => {
  const all = await town({ envoiSae: false })
  await signed(all)
  await all.hub.advance('61 d')
  expect([all.document.state, all.ged.deposits.size, all.document.data['lu']]).toEqual(['termine', 2, undefined])
})

test.each([
  [{ envoiSignature: false }, 'mailsec.envoye', 1],
  [{ envoiSignature: false, envoiGed1: false }, 'mailsec.envoye', 0],
  [{ envoiSignature: false, envoiMailsec: false }, 'sae.envoye', 2],
  [{ envoiSignature: false, envoiMailsec: false, envoiGed1: false, envoiGed2: false }, 'sae.envoye', 0],
])('%j : l’étape sans case est sautée', async (values, state, deposits) => {
  const { document, hub, ged } = await town(values)
  await document.submit()
  await hub.settleDown()
  expect([document.state, ged.deposits.size]).toEqual([state, deposits])
})

test('les destinataires ouvrent le document signé', async () => {
  const { hub } = await town()
  expect(hub.flow.steps.find(({ alias }) => alias === 'mailsec')?.bindings['document']).toEqual({
    firstOf: ['signature.signe', 'document'],
  })
})

test('ce que le formulaire exige, et les fichiers dont il vérifie le type', async () => {
  const { hub, document } = await town()
  const json = { ...fileNamed('donnees.json'), type: 'application/json' }
  const data = { mailMetadata: json, saeConfig: json }
  expect(document.current.title).toBe(complete.libelle)
  expect(await demanded(hub, { ...complete, ...data })).toEqual(['libelle', 'document', 'signature.circuit'])
  expect(await typesChecked(hub, { ...complete, ...data })).toEqual(['mailMetadata', 'saeConfig'])
})

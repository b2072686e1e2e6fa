import { expect, test } from 'vitest'
import { fakeTown, samplePes, testHub } from '#core/testing'
import { archivage } from '../../steps/sae/index.ts'
import { depotGed } from '../../steps/ged/index.ts'
import { signature } from '../../steps/signature/index.ts'
import { tdtHelios } from '../../steps/tdt-helios/index.ts'
import flow from './index.ts'

const CIRCUIT = { value: 'finances/pes', label: 'Finances / PES' }

const heliosTown = async (pes: Uint8Array = samplePes()) => {
  const remotes = fakeTown()
  const hub = testHub(flow, [archivage, depotGed, signature, tdtHelios], remotes.capabilities)
  return { ...remotes, hub, pes: await hub.ports.files.save(pes, 'mandats.xml') }
}

const ALL = { envoiSignature: true, envoiTdt: true, envoiGed: true, envoiSae: true, 'signature.circuit': CIRCUIT }
const NONE = { envoiSignature: false, envoiSignatureApi: false, envoiTdt: false, envoiGed: false, envoiSae: false }

const town = async (values: object, pes?: Uint8Array) => {
  const all = await heliosTown(pes)
  const document = await all.hub.create({ objet: 'Mandats de janvier', fichierPes: all.pes, ...values })
  return { ...all, document }
}

test('les étapes se suivent sans personne', async () => {
  const { document, hub, parapheur, helios, sae, pes } = await town(ALL)
  await document.submit()
  parapheur.sign(pes)
  await hub.advance('1 min')
  expect(document.state).toBe('tdtHelios.envoye')
  helios.answer('accepted')
  await hub.advance('5 min')
  expect(document.state).toBe('sae.envoye')
  sae.accept()
  await hub.advance('10 min')
  expect(document.state).toBe('termine')
})

test('rejeté par le TdT, il se rouvre', async () => {
  const { document, hub, helios } = await town({ ...NONE, envoiTdt: true })
  await document.submit()
  helios.reject('Fichier non conforme au schéma')
  await hub.advance('5 min')
  expect(document.state).toBe('tdtHelios.rejete')
  await document.ask('rouvrir')
  expect(document.state).toBe('brouillon')
})

test('un PES fautif ne part pas', async () => {
  const { document, helios } = await town({ ...NONE, envoiTdt: true }, samplePes({ content: 'nothing' }))
  await document.submit()
  expect(document.state).toBe('tdtHelios.nonConforme')
  expect(helios.sent.size).toBe(0)
})

import { expect, test } from 'vitest'
import { demanded, fakeTown, fileNamed, testHub, typesChecked } from '#core/testing'
import { archivage } from '../../steps/sae/index.ts'
import { depotGed } from '../../steps/ged/index.ts'
import { mailsec } from '../../steps/mailsec/index.ts'
import { signature } from '../../steps/signature/index.ts'
import { transformation } from '../../steps/transformation/index.ts'
import { read, signed } from '../document.fixture.ts'
import flow from './index.ts'

const NONE = { envoiSignature: false, envoiMailsec: false, envoiDepot: false, envoiSae: false }
const ALL = { envoiSignature: true, envoiMailsec: true, envoiDepot: true, envoiSae: true }
const complete = {
  libelle: 'Bail du marché couvert',
  document: fileNamed('bail.pdf'),
  annexes: [fileNamed('plan.pdf')],
  'signature.circuit': { value: 'contrats', label: 'Contrats' },
  'mailsec.to': 'camille@exemple.fr, dominique@exemple.fr',
}

const town = async (values: object) => {
  const remotes = fakeTown()
  const computed: Readonly<Record<string, string>>[] = []
  const transform = async () => computed.shift() ?? {}
  const hub = testHub(flow, [transformation, signature, mailsec, depotGed, archivage], {
    ...remotes.capabilities,
    transformation: { transform },
  })
  return { ...remotes, computed, hub, document: await hub.create({ ...complete, ...values }) }
}

/** Sent, then signed, and the mail has left. */
const mailed = async (values: object = {}) => {
  const all = await town({ ...ALL, ...values })
  await signed(all)
  return all
}

test('un PDF est signé, envoyé, lu par tous, versé à la GED puis archivé', async () => {
  const all = await mailed()
  const { document, hub, courrier, ged, sae } = all
  expect([document.state, courrier.mails.length, ged.deposits.size]).toEqual(['mailsec.envoye', 2, 0])
  await read(all)
  expect([document.state, ged.deposits.size]).toEqual(['sae.envoye', 1])
  sae.accept()
  await hub.advance('20 min')
  expect(document.state).toBe('termine')
})

test('c’est le document signé que les destinataires ouvrent, avec ses annexes ; l’original est gardé', async () => {
  const { document, hub } = await mailed()
  expect(hub.flow.steps.find(({ alias }) => alias === 'mailsec')?.bindings).toEqual({
    titre: 'libelle',
    document: { firstOf: ['signature.signe', 'document'] },
    annexes: 'annexes',
  })
  expect(document.data['signature.signe']).not.toEqual(complete.document)
  expect(document.data['document']).toEqual(complete.document)
})

test.each([
  ['envoiSignature', 'signature.envoye'],
  ['envoiMailsec', 'mailsec.envoye'],
  ['envoiDepot', 'termine'],
  ['envoiSae', 'sae.envoye'],
] as const)('seule la case %s cochée, le document va droit à %s', async (box, state) => {
  const { document, hub, ged } = await town({ ...NONE, [box]: true })
  await document.submit()
  await hub.settleDown()
  expect([document.state, ged.deposits.size]).toEqual([state, box === 'envoiDepot' ? 1 : 0])
})

test('rien de coché : le document se termine, sauf si les métadonnées cochent une étape', async () => {
  const alone = await town(NONE)
  await alone.document.submit()
  expect(alone.document.state).toBe('termine')
  const told = await town(NONE)
  told.computed.push({ envoiDepot: 'true' })
  await told.document.submit()
  await told.hub.settleDown()
  expect([told.document.state, told.ged.deposits.size]).toEqual(['termine', 1])
})

test.each([
  ['un document qui n’est pas un PDF', { document: { ...complete.document, type: 'image/png' } }, 'PNG'],
  ['un libellé absent', { libelle: undefined }, '« Libellé »'],
  ['un circuit absent', { 'signature.circuit': undefined }, '« Circuit de signature »'],
])('%s ne part pas', async (_cas, values, sentence) => {
  const { document } = await town({ ...ALL, ...values })
  await expect(document.submit()).rejects.toThrow(sentence)
})

test('un courriel que personne ne lit est relancé, puis déclaré non reçu, et le document continue', async () => {
  const { document, hub, courrier, ged } = await mailed({ envoiSae: false })
  await hub.advance('61 d')
  expect([document.state, courrier.mails.length, ged.deposits.size]).toEqual(['termine', 4, 1])
  expect(document.current.trail.map(stop => stop.state)).toContain('mailsec.nonRecu')
})

test('ce que le formulaire exige, et les fichiers dont il vérifie le type', async () => {
  const { hub, document } = await town(ALL)
  expect(document.current.title).toBe(complete.libelle)
  expect(await demanded(hub, { ...complete, ...ALL })).toEqual(['libelle', 'document', 'signature.circuit'])
  expect(await typesChecked(hub, { ...complete, ...ALL })).toEqual(['document'])
})

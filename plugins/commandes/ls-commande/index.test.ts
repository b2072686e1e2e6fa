import { expect, test } from 'vitest'
import { demanded, fakeTown, fileNamed, testHub, typesChecked } from '#core/testing'
import { archivage } from '../../steps/sae/index.ts'
import { depotGed } from '../../steps/ged/index.ts'
import { mailsec } from '../../steps/mailsec/index.ts'
import { signature } from '../../steps/signature/index.ts'
import { transformation } from '../../steps/transformation/index.ts'
import { read, signed } from '../commande.fixture.ts'
import flow from './index.ts'

const NONE = { envoiSignature: false, envoiMailsec: false, envoiDepot: false, envoiSae: false }
const complete = {
  libelle: 'Ramettes de papier',
  document: fileNamed('commande.pdf'),
  annexes: [fileNamed('devis.pdf')],
  envoiSignature: true,
  envoiMailsec: true,
  envoiDepot: true,
  envoiSae: true,
  'signature.circuit': { value: 'commandes', label: 'Commandes' },
  'mailsec.to': 'contact@fournisseur.fr',
}
const town = async (values: object = {}, computed: Readonly<Record<string, string>> = {}) => {
  const remotes = fakeTown()
  const transform = async () => computed
  const hub = testHub(flow, [transformation, signature, mailsec, depotGed, archivage], {
    ...remotes.capabilities,
    transformation: { transform },
  })
  return { ...remotes, hub, document: await hub.create({ ...complete, ...values }) }
}
test('une commande est signée, lue par le fournisseur, versée à la GED puis archivée', async () => {
  const all = await town()
  await signed(all)
  expect([all.document.state, all.courrier.mails.map(({ to }) => to)]).toEqual([
    'mailsec.envoye',
    ['contact@fournisseur.fr'],
  ])
  await read(all)
  expect([all.document.state, all.ged.deposits.size]).toEqual(['sae.envoye', 1])
  all.sae.accept()
  await all.hub.advance('20 min')
  expect(all.document.state).toBe('termine')
})

test('le fournisseur reçoit la commande signée, et pas les annexes', async () => {
  const { hub } = await town()
  expect(hub.flow.steps.find(({ alias }) => alias === 'mailsec')?.bindings).toEqual({
    titre: 'libelle',
    document: { firstOf: ['signature.signe', 'document'] },
  })
})

test.each([
  ['envoiSignature', 'signature.envoye'],
  ['envoiMailsec', 'mailsec.envoye'],
  ['envoiDepot', 'termine'],
  ['envoiSae', 'sae.envoye'],
] as const)('seule la case %s cochée, la commande va droit à %s', async (box, state) => {
  const { document, hub, ged } = await town({ ...NONE, [box]: true })
  await document.submit()
  await hub.settleDown()
  expect([document.state, ged.deposits.size]).toEqual([state, box === 'envoiDepot' ? 1 : 0])
})

test('les métadonnées donnent le chemin et l’adresse du fournisseur', async () => {
  const computed = { envoiMailsec: 'true', 'mailsec.to': 'ventes@fournisseur.fr' }
  const { document, hub, courrier } = await town({ ...NONE, 'mailsec.to': undefined }, computed)
  await document.submit()
  await hub.settleDown()
  expect(courrier.mails.map(({ to }) => to)).toEqual(['ventes@fournisseur.fr'])
})

test.each([
  ['un bon de commande qui n’est pas un PDF', { document: { ...complete.document, type: 'image/png' } }, 'PNG'],
  ['un bon de commande absent', { document: undefined }, '« Bon de commande »'],
  ['une date d’émission illisible', { dateEmission: '31/01/2026' }, "« Date d'émission »"],
])('%s ne part pas', async (_cas, values, sentence) => {
  const { document } = await town(values)
  await expect(document.submit()).rejects.toThrow(sentence)
})

test('le fournisseur qui ne lit pas est relancé, puis la commande est dite non reçue et continue', async () => {
  const all = await town({ envoiSae: false })
  await signed(all)
  await all.hub.advance('61 d')
  expect([all.document.state, all.courrier.mails.length, all.ged.deposits.size]).toEqual(['termine', 2, 1])
})

test('ce que le formulaire exige, et les fichiers dont il vérifie le type', async () => {
  const { hub, document } = await town()
  expect(document.current.title).toBe(complete.libelle)
  expect(await demanded(hub, complete)).toEqual(['libelle', 'document', 'signature.circuit'])
  expect(await typesChecked(hub, complete)).toEqual(['document'])
})

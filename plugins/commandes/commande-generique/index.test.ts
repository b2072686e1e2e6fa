import { expect, test } from 'vitest'
import { demanded, fakeTown, fileNamed, testHub, typesChecked } from '#core/testing'
import { archivage } from '../../steps/sae/index.ts'
import { depotGed } from '../../steps/ged/index.ts'
import { mailsec } from '../../steps/mailsec/index.ts'
import { orientation } from '../../steps/orientation/index.ts'
import { signature } from '../../steps/signature/index.ts'
import { transformationFixe } from '../../steps/transformation-fixe/index.ts'
import { read, signed } from '../commande.fixture.ts'
import flow from './index.ts'

const complete = {
  libelle: 'Ramettes de papier',
  commande: fileNamed('commande.pdf'),
  fournisseurNom: 'Papeterie du Port',
  fournisseurCourriel: 'contact@papeterie.fr',
  envoiSignature: true,
  envoiMailsec: true,
  envoiGed: true,
  envoiSae: true,
  envoiAuto: true,
  'signature.circuit': { value: 'commandes', label: 'Commandes' },
}
const town = async (values: object = {}) => {
  const remotes = fakeTown()
  const steps = [signature, orientation, transformationFixe, mailsec, depotGed, archivage]
  const hub = testHub(flow, steps, remotes.capabilities)
  return { ...remotes, hub, document: await hub.create({ ...complete, ...values }) }
}
test('sans l’agent : signée, envoyée à l’adresse du formulaire, lue, déposée, archivée', async () => {
  const all = await town()
  const { document, hub, courrier, ged, sae } = all
  await signed(all)
  expect([document.state, courrier.mails.map(({ to }) => to)]).toEqual(['mailsec.envoye', ['contact@papeterie.fr']])
  expect(document.data).toMatchObject({ 'mailsec.to': 'contact@papeterie.fr', courrielPret: 'true' })
  await read(all)
  expect([document.state, ged.deposits.size]).toEqual(['sae.envoye', 1])
  sae.accept()
  await hub.advance('20 min')
  expect(document.state).toBe('termine')
})

test('avec l’agent : la commande attend après la signature, le courriel et le dépôt', async () => {
  const all = await town({ envoiAuto: false })
  const { document, courrier, ged } = all
  await signed(all)
  expect([document.state, courrier.mails.length]).toEqual(['apresSignature.aOrienter', 0])
  await document.ask('poursuivre')
  await read(all)
  expect([document.state, ged.deposits.size]).toEqual(['apresCourriel.aOrienter', 0])
  await document.ask('poursuivre')
  expect([document.state, ged.deposits.size]).toEqual(['apresDepot.aOrienter', 1])
  await document.ask('poursuivre')
  expect(document.state).toBe('sae.envoye')
})

test('sans signature, la commande part aussitôt au fournisseur', async () => {
  const { document, courrier } = await town({ envoiSignature: false, envoiAuto: false, 'signature.circuit': undefined })
  await document.submit()
  expect([document.state, courrier.mails.length]).toEqual(['mailsec.envoye', 1])
})

test.each([
  ['envoiSignature', 'signature.envoye', 0, 0],
  ['envoiMailsec', 'mailsec.envoye', 1, 0],
  ['envoiGed', 'termine', 0, 1],
  ['envoiSae', 'sae.envoye', 0, 0],
] as const)('seule la case %s cochée, la commande va droit à %s', async (box, state, mails, deposits) => {
  const none = { envoiSignature: false, envoiMailsec: false, envoiGed: false, envoiSae: false }
  const { document, hub, courrier, ged } = await town({ ...none, [box]: true })
  await document.submit()
  await hub.settleDown()
  expect([document.state, courrier.mails.length, ged.deposits.size]).toEqual([state, mails, deposits])
})

test('le signataire voit les autres documents attachés, et le courriel ne se prépare que s’il part', async () => {
  const { hub } = await town()
  expect(hub.flow.steps.find(({ alias }) => alias === 'signature')?.bindings).toMatchObject({ annexes: 'annexes' })
  const asked = ['courrielObjet', 'courrielMessage', 'courrielFichiers'].map(name => hub.flow.fields[name]?.when)
  expect(asked).toEqual(asked.map(() => ({ field: 'envoiMailsec', is: true })))
})

test('le fournisseur reçoit la commande signée et le message, sous l’objet donné ou le libellé ; pas les annexes', async () => {
  const { hub } = await town()
  expect(hub.flow.steps.find(({ alias }) => alias === 'mailsec')?.bindings).toEqual({
    titre: { firstOf: ['courrielObjet', 'libelle'] },
    message: 'courrielMessage',
    document: { firstOf: ['signature.signe', 'commande'] },
    documents: 'courrielFichiers',
  })
})

test('aucune relance ne part d’elle-même ; déclarée non reçue, la commande continue', async () => {
  const all = await town({ envoiSae: false })
  await signed(all)
  await all.hub.advance('90 d')
  expect([all.document.state, all.courrier.mails.length]).toEqual(['mailsec.envoye', 1])
  await all.document.ask('mailsec.declarerNonRecu')
  await all.hub.settleDown()
  expect([all.document.state, all.ged.deposits.size]).toEqual(['termine', 1])
})

test.each([
  ['sans adresse du fournisseur', { fournisseurCourriel: undefined }, '« Adresse électronique du fournisseur »'],
  ['avec une adresse qui n’en est pas une', { fournisseurCourriel: 'papeterie' }, 'une seule adresse'],
  ['sans nom du fournisseur', { fournisseurNom: undefined }, '« Nom du fournisseur »'],
])('%s, la commande ne part pas', async (_cas, values, sentence) => {
  const { document } = await town(values)
  await expect(document.submit()).rejects.toThrow(sentence)
})

test('ce que le formulaire exige, et les fichiers dont il vérifie le type', async () => {
  const { hub, document } = await town()
  expect(document.current.title).toBe(complete.libelle)
  expect(await demanded(hub, complete)).toEqual([
    'libelle',
    'commande',
    'fournisseurNom',
    'fournisseurCourriel',
    'signature.circuit',
  ])
  expect(await typesChecked(hub, complete)).toEqual(['commande'])
})

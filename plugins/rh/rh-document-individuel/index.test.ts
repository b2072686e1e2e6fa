import { expect, test } from 'vitest'
import { PermanentError, type Mailsec } from '#core'
import { fakeTown, fileNamed, testHub } from '#core/testing'
import { archivage } from '../../steps/sae/index.ts'
import { depotGed } from '../../steps/ged/index.ts'
import { mailsec, recipientsIn } from '../../steps/mailsec/index.ts'
import { signature } from '../../steps/signature/index.ts'
import { tdtActes } from '../../steps/tdt-actes/index.ts'
import { transformation } from '../../steps/transformation/index.ts'
import flow from './index.ts'

const original = fileNamed('arrete.pdf')
const annexe = fileNamed('plan.pdf')
const typed = (...pieces: readonly (typeof annexe)[]) =>
  pieces.map(({ sha256, name }) => ({ sha256, name, value: '99_AI', label: 'Acte individuel (99_AI)' }))
const complete = {
  titre: 'Arrêté de nomination',
  matricule: 'A12',
  prenom: 'Camille',
  naissance: '1980-02-03',
  siret: '21340000500011',
  type: 'Arrêté',
  date: '2026-01-15',
  document: original,
  annexes: [annexe],
  envoiSignature: true,
  envoiTdt: true,
  envoiMailsec: true,
  envoiDepot: true,
  envoiSae: true,
  'signature.circuit': { value: 'a/b', label: 'A / B' },
  'tdtActes.nature': '3',
  'tdtActes.numero': 'AI_2026_1',
  'tdtActes.date': '2026-01-15',
  'tdtActes.classification': { value: '1.1', label: '1.1 Marchés publics' },
  'tdtActes.typologie': typed(original, annexe),
  'mailsec.to': 'camille.durand@exemple.fr',
}
const town = async (values: object = {}) => {
  const remotes = fakeTown()
  const post: Mailsec = { send: mail => Promise.resolve({ is: 'sent', messageId: mail.key }) }
  const hub = testHub(flow, [transformation, signature, tdtActes, mailsec, depotGed, archivage], {
    ...remotes.capabilities,
    mailsec: post,
  })
  return { ...remotes, hub, document: await hub.create({ ...complete, ...values }) }
}

test('le document est signé, acquitté par la préfecture, remis, déposé puis archivé', async () => {
  const { document, hub, parapheur, tdt, ged, sae } = await town()
  await document.submit()
  parapheur.sign()
  await hub.advance('1 min')
  expect([document.state, tdt.actes.size]).toEqual(['tdtActes.envoye', 1])
  tdt.acknowledge()
  await hub.advance('5 min')
  expect(document.state).toBe('mailsec.envoye')
  const [recipient] = recipientsIn({ destinataires: document.data['mailsec.destinataires'] })
  await document.signal('mailsec.lecture', { acces: recipient?.acces })
  expect([document.state, ged.deposits.size]).toEqual(['sae.envoye', 1])
  sae.accept()
  await hub.advance('10 min')
  expect(document.state).toBe('termine')
})

test('c’est le document signé qui part en préfecture et au destinataire, l’original sans signature', () => {
  const flowSteps = flow.stored.steps
  for (const [alias, input] of [
    ['tdtActes', 'acte'],
    ['mailsec', 'document'],
  ] as const)
    expect(flowSteps.find(step => step.alias === alias)?.bindings[input]).toEqual({
      firstOf: ['signature.signe', 'document'],
    })
})

test('une case vide saute son étape, et rien ne lui est demandé', async () => {
  const { document, tdt } = await town({
    envoiSignature: false,
    envoiTdt: false,
    envoiMailsec: false,
    envoiSae: false,
    'signature.circuit': undefined,
    'tdtActes.numero': undefined,
    'mailsec.to': undefined,
  })
  await document.submit()
  expect([document.state, tdt.actes.size]).toEqual(['termine', 0])
})

test.each([
  ['une annexe sans type', { annexes: [annexe, fileNamed('oubli.pdf')] }, 'Il manque le type de « oubli.pdf »'],
  ['des fichiers trop lourds', { document: { ...original, size: 160_000_000 } }, 'le maximum est 150 Mo'],
  ['un SIRET de treize chiffres', { siret: '2134000050001' }, 'quatorze chiffres'],
  ['un document sans type', { type: undefined }, 'Type de document'],
])('%s ne part pas, et dit pourquoi', async (_cas, values, sentence) => {
  const { document } = await town(values)
  await expect(document.submit()).rejects.toThrow(sentence)
})

test('chaque refus dit pourquoi et reprend : signature, TdT, préfecture, remise, dépôt', async () => {
  const { document, hub, parapheur, tdt, ged } = await town({ 'mailsec.to': '' })
  await document.submit()
  parapheur.refuse('À revoir')
  await hub.advance('1 min')
  expect([document.state, document.message]).toEqual(['signature.refuse', 'Signature refusée : À revoir'])
  await document.ask('rouvrir')
  await document.submit()
  tdt.mishaps.failOnce(new PermanentError('La classification est périmée.'))
  parapheur.sign()
  await hub.advance('1 min')
  expect(document.state).toBe('tdtActes.erreurEnvoi')
  await document.ask('tdtActes.envoyer')
  tdt.reject('Acte illisible')
  await hub.advance('5 min')
  expect([document.state, document.message]).toEqual(['tdtActes.rejete', 'Acte illisible'])
  await document.ask('rouvrir')
  expect(document.edit({ envoiSignature: false, 'tdtActes.numero': 'AI_2026_2' })).toEqual([])
  await document.submit()
  tdt.acknowledge()
  await hub.advance('5 min')
  expect(document.state).toBe('mailsec.erreurEnvoi')
  expect(document.edit({ 'mailsec.to': 'camille.durand@exemple.fr' })).toEqual([])
  await document.ask('mailsec.reprendre')
  ged.mishaps.failOnce(new PermanentError('Le nom existe déjà.'))
  await hub.advance('61 d')
  expect(document.state).toBe('ged.erreur')
  await document.ask('ged.deposer')
  expect(document.state).toBe('sae.envoye')
})

test('l’acte acquitté s’annule ensuite, quand un agent le demande', async () => {
  const { document, hub, tdt } = await town({ envoiSignature: false, envoiMailsec: false, envoiSae: false })
  await document.submit()
  tdt.acknowledge()
  await hub.advance('5 min')
  expect(document.state).toBe('termine')
  await document.ask('tdtActes.annuler')
  tdt.acceptCancellations()
  await hub.advance('1 h')
  expect(document.state).toBe('tdtActes.annule')
})

import { expect, test } from 'vitest'
import { demanded, fakeTown, fileNamed, testHub } from '#core/testing'
import { archivage } from '../../steps/sae/index.ts'
import { depotGed } from '../../steps/ged/index.ts'
import { mailsec, recipientsIn } from '../../steps/mailsec/index.ts'
import { signature } from '../../steps/signature/index.ts'
import { tdtActes } from '../../steps/tdt-actes/index.ts'
import { transformation } from '../../steps/transformation/index.ts'
import flow from './index.ts'

const original = fileNamed('decision.pdf')
const annexe = fileNamed('plan.pdf')
const typed = (...pieces: readonly (typeof annexe)[]) =>
  pieces.map(({ sha256, name }) => ({ sha256, name, value: '99_AI', label: 'Acte individuel (99_AI)' }))
const complete = {
  titre: 'PC 034 213 26 00012',
  idExterne: 'PC-12',
  document: original,
  annexe: [annexe],
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
const NONE = {
  envoiSignature: false,
  envoiTdt: false,
  envoiMailsec: false,
  envoiDepot: false,
  envoiSae: false,
}
const town = async (values: object = {}) => {
  const remotes = fakeTown()
  const hub = testHub(flow, [transformation, signature, tdtActes, mailsec, depotGed, archivage], remotes.capabilities)
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

test('le document signé part en préfecture et au destinataire, l’original sans signature ; les annexes suivent', () => {
  const bindings = Object.fromEntries(flow.stored.steps.map(step => [step.alias, step.bindings]))
  const signed = { firstOf: ['signature.signe', 'document'] }
  expect(bindings).toMatchObject({
    signature: { titre: 'titre', document: 'document', annexes: 'annexe' },
    tdtActes: { objet: 'titre', acte: signed, annexes: 'annexe' },
    mailsec: { titre: 'titre', document: signed, annexes: 'annexe' },
  })
})

test.each([
  ['envoiSignature', 'signature.envoye'],
  ['envoiTdt', 'tdtActes.envoye'],
  ['envoiMailsec', 'mailsec.envoye'],
  ['envoiDepot', 'termine'],
  ['envoiSae', 'sae.envoye'],
] as const)('seule la case %s cochée, le document va droit à %s', async (box, state) => {
  const { document, hub, ged } = await town({ ...NONE, [box]: true })
  await document.submit()
  await hub.settleDown()
  expect([document.state, ged.deposits.size]).toEqual([state, box === 'envoiDepot' ? 1 : 0])
})

test('une case vide n’exige rien : restent les champs du document', async () => {
  const { hub, document } = await town()
  expect(document.current.title).toBe(complete.titre)
  expect(await demanded(hub, { ...complete, ...NONE })).toEqual(['titre', 'document'])
})

test.each([
  ['une annexe sans type', { annexe: [annexe, fileNamed('oubli.pdf')] }, 'Il manque le type de « oubli.pdf »'],
  ['des fichiers trop lourds', { document: { ...original, size: 160_000_000 } }, 'le maximum est 150 Mo'],
])('%s ne part pas, et dit pourquoi', async (_cas, values, sentence) => {
  const { document } = await town(values)
  await expect(document.submit()).rejects.toThrow(sentence)
})

import { expect, test } from 'vitest'
import { PermanentError } from '#core'
import { fakeTown, fileNamed, testHub, type TestDocument } from '#core/testing'
import { archivage } from '../../steps/sae/index.ts'
import { depotGed } from '../../steps/ged/index.ts'
import { mailsec, recipientsIn } from '../../steps/mailsec/index.ts'
import { signature } from '../../steps/signature/index.ts'
import { transformation } from '../../steps/transformation/index.ts'
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

const readByAll = async (document: TestDocument) => {
  for (const { acces } of recipientsIn({ destinataires: document.data['mailsec.destinataires'] }))
    await document.signal('mailsec.lecture', { acces })
}

/** Sent, then signed, and the mail has left. */
const mailed = async (values: object = {}) => {
  const all = await town({ ...ALL, ...values })
  await all.document.submit()
  all.parapheur.sign()
  await all.hub.advance('1 min')
  return all
}

test('un PDF est signé, envoyé, lu par tous, versé à la GED puis archivé', async () => {
  const { document, hub, courrier, ged, sae } = await mailed()
  expect([document.state, courrier.mails.length, ged.deposits.size]).toEqual(['mailsec.envoye', 2, 0])
  await readByAll(document)
  await hub.settleDown()
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

test('un refus du parapheur arrête tout : ni courriel ni dépôt ; rouvert, il repart', async () => {
  const { document, hub, parapheur, courrier, ged } = await town(ALL)
  await document.submit()
  parapheur.refuse('Il manque le montant')
  await hub.advance('1 min')
  expect([document.state, document.message]).toEqual(['signature.refuse', 'Signature refusée : Il manque le montant'])
  expect([courrier.mails.length, ged.deposits.size]).toEqual([0, 0])
  await document.ask('rouvrir')
  await document.submit()
  expect(document.state).toBe('signature.envoye')
})

test('chaque échec dit ce qui s’est passé, et reprend où il était', async () => {
  const { document, hub, computed, parapheur, ged, seda, sae } = await town({ ...ALL, 'mailsec.to': '' })
  computed.push({ inconnu: '1' })
  await document.submit()
  expect([document.state, document.message]).toEqual([
    'transformation.erreur',
    expect.stringContaining('« inconnu » n’existe pas'.replace('’', "'")),
  ])
  parapheur.mishaps.failOnce(new PermanentError('Le sous-type est inconnu.'))
  await document.ask('transformation.transformer')
  expect(document.state).toBe('signature.erreurEnvoi')
  await document.ask('signature.envoyer')
  parapheur.sign()
  await hub.advance('1 min')
  expect([document.state, document.message]).toEqual([
    'mailsec.erreurEnvoi',
    expect.stringContaining('Aucun destinataire'),
  ])
  expect(document.edit({ 'mailsec.to': 'camille@exemple.fr' })).toEqual([])
  await document.ask('mailsec.reprendre')
  ged.mishaps.failOnce(new PermanentError('Le dossier est en lecture seule.'))
  await readByAll(document)
  await hub.settleDown()
  expect([document.state, document.message]).toEqual(['ged.erreur', 'Le dossier est en lecture seule.'])
  seda.mishaps.failOnce(new PermanentError('Service producteur absent.'))
  await document.ask('ged.deposer')
  expect(document.state).toBe('sae.erreurGeneration')
  await document.ask('sae.generer')
  sae.refuse('300', 'Accord de versement invalide')
  await hub.advance('20 min')
  expect(document.state).toBe('sae.refuse')
  await document.ask('sae.regenerer')
  sae.accept()
  await hub.advance('20 min')
  expect(document.state).toBe('termine')
})

test('un courriel que personne ne lit est relancé, puis déclaré non reçu, et le document continue', async () => {
  const { document, hub, courrier, ged } = await mailed({ envoiSae: false })
  await hub.advance('61 d')
  expect([document.state, courrier.mails.length, ged.deposits.size]).toEqual(['termine', 4, 1])
  expect(document.current.trail.map(stop => stop.state)).toContain('mailsec.nonRecu')
})

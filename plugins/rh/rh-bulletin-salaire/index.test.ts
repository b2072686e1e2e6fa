import { expect, test } from 'vitest'
import { PermanentError, type Mailsec } from '#core'
import { demanded, fakeTown, fileNamed, testHub, typesChecked } from '#core/testing'
import { archivage } from '../../steps/sae/index.ts'
import { depotGed } from '../../steps/ged/index.ts'
import { mailsec, recipientsIn } from '../../steps/mailsec/index.ts'
import { signature } from '../../steps/signature/index.ts'
import { transformation } from '../../steps/transformation/index.ts'
import flow from './index.ts'

const bulletin = fileNamed('bulletin.pdf')
const complete = {
  titre: 'Bulletin de janvier 2026',
  matricule: 'A12',
  prenom: 'Camille',
  naissance: '1980-02-03',
  courriel: 'camille.durand@exemple.fr',
  siret: '21340000500011',
  date: '2026-01-15',
  mois: 'Janvier',
  annee: '2026',
  document: bulletin,
  envoiSignature: true,
  envoiMailsec: true,
  envoiDepot: true,
  envoiSae: true,
  'signature.circuit': { value: 'rh/bulletin', label: 'RH / Bulletin' },
  'mailsec.to': 'camille.durand@exemple.fr',
}
const town = async (values: object = {}, transform?: () => Promise<Record<string, string>>) => {
  const remotes = fakeTown()
  const mails: string[] = []
  const post: Mailsec = {
    send(mail) {
      mails.push(mail.to)
      return Promise.resolve({ is: 'sent', messageId: mail.key })
    },
  }
  const hub = testHub(flow, [transformation, signature, mailsec, depotGed, archivage], {
    ...remotes.capabilities,
    mailsec: post,
    ...(transform ? { transformation: { transform } } : {}),
  })
  return { ...remotes, mails, hub, document: await hub.create({ ...complete, ...values }) }
}

test('un bulletin est signé, remis à l’agent, déposé puis archivé', async () => {
  const { document, hub, parapheur, mails, ged, sae } = await town()
  await document.submit()
  parapheur.sign()
  await hub.advance('1 min')
  expect([document.state, mails]).toEqual(['mailsec.envoye', ['camille.durand@exemple.fr']])
  const [recipient] = recipientsIn({ destinataires: document.data['mailsec.destinataires'] })
  await document.signal('mailsec.lecture', { acces: recipient?.acces })
  expect([document.state, ged.deposits.size]).toEqual(['sae.envoye', 1])
  sae.accept()
  await hub.advance('10 min')
  expect(document.state).toBe('termine')
})

test('c’est le bulletin signé qui est remis, l’original sans signature', () => {
  const remise = flow.stored.steps.find(step => step.alias === 'mailsec')
  expect(remise?.bindings['document']).toEqual({ firstOf: ['signature.signe', 'document'] })
})

test('sans aucune case, le bulletin se termine ; une transformation recopie le courriel de l’agent et coche la remise', async () => {
  const none = { envoiSignature: false, envoiMailsec: false, envoiDepot: false, envoiSae: false }
  const quiet = await town({ ...none, 'mailsec.to': undefined })
  await quiet.document.submit()
  expect([quiet.document.state, quiet.mails]).toEqual(['termine', []])
  const rules = async () => ({ envoiMailsec: 'true', 'mailsec.to': complete.courriel })
  const helped = await town({ ...none, 'mailsec.to': undefined }, rules)
  await helped.document.submit()
  expect([helped.document.state, helped.mails]).toEqual(['mailsec.envoye', ['camille.durand@exemple.fr']])
})

test.each([
  ['un agent sans courriel', { courriel: undefined }, 'Courriel'],
  ['un SIRET de treize chiffres', { siret: '2134000050001' }, 'quatorze chiffres'],
  ['un bulletin qui n’est pas un PDF', { document: { ...bulletin, type: 'image/png' } }, 'PNG'],
  ['un agent né demain', { naissance: '2026-01-16' }, 'futur'],
])('%s ne part pas, et dit pourquoi', async (_cas, values, sentence) => {
  const { document } = await town(values)
  await expect(document.submit()).rejects.toThrow(sentence)
})

test('chaque arrêt dit pourquoi et reprend : transformation, signature, remise, dépôt', async () => {
  let fails = true
  const { document, hub, parapheur, ged } = await town({ 'mailsec.to': '' }, async () => {
    if (fails) throw new PermanentError('La règle « mois » est fausse.')
    return {}
  })
  await document.submit()
  expect([document.state, document.message]).toEqual(['transformation.erreur', 'La règle « mois » est fausse.'])
  fails = false
  parapheur.mishaps.failOnce(new PermanentError('Sous-type inconnu.'))
  await document.ask('transformation.transformer')
  expect(document.state).toBe('signature.erreurEnvoi')
  await document.ask('signature.envoyer')
  parapheur.refuse('Montant faux')
  await hub.advance('1 min')
  expect(document.state).toBe('signature.refuse')
  await document.ask('rouvrir')
  await document.submit()
  parapheur.sign()
  await hub.advance('1 min')
  expect(document.state).toBe('mailsec.erreurEnvoi')
  expect(document.edit({ 'mailsec.to': complete.courriel })).toEqual([])
  await document.ask('mailsec.reprendre')
  ged.mishaps.failOnce(new PermanentError('Le nom existe déjà.'))
  await hub.advance('61 d')
  expect([document.state, document.message]).toEqual(['ged.erreur', 'Le nom existe déjà.'])
  await document.ask('ged.deposer')
  expect(document.state).toBe('sae.envoye')
})

test('ce que le formulaire exige, et les fichiers dont il vérifie le type', async () => {
  const { hub, document } = await town()
  expect(document.current.title).toBe(complete.titre)
  expect(await demanded(hub, complete)).toEqual([
    'titre',
    'matricule',
    'prenom',
    'naissance',
    'courriel',
    'siret',
    'date',
    'mois',
    'annee',
    'document',
    'signature.circuit',
  ])
  expect(await typesChecked(hub, complete)).toEqual(['document'])
})

import { expect, test } from 'vitest'
import { PermanentError } from '#core'
import { fakeTown, fileNamed, testHub } from '#core/testing'
import { archivage } from '../../steps/sae/index.ts'
import { depotGed } from '../../steps/ged/index.ts'
import { mailsec, recipientsIn } from '../../steps/mailsec/index.ts'
import { orientation } from '../../steps/orientation/index.ts'
import { signature } from '../../steps/signature/index.ts'
import { transformationFixe } from '../../steps/transformation-fixe/index.ts'
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
type Town = Awaited<ReturnType<typeof town>>

const signed = async ({ document, hub, parapheur }: Town) => {
  await document.submit()
  parapheur.sign()
  await hub.advance('1 min')
}
const read = async ({ document, hub }: Town) => {
  const [supplier] = recipientsIn({ destinataires: document.data['mailsec.destinataires'] })
  await document.signal('mailsec.lecture', { acces: supplier?.acces })
  await hub.settleDown()
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

test('refus et échecs s’expliquent et reprennent, sans seconde commande au fournisseur', async () => {
  const all = await town()
  const { document, hub, parapheur, courrier, ged, sae } = all
  await document.submit()
  parapheur.refuse('Crédits épuisés')
  await hub.advance('1 min')
  expect([document.state, courrier.mails.length]).toEqual(['signature.refuse', 0])
  await document.ask('rouvrir')
  courrier.mishaps.failOnce(new PermanentError('Le relais refuse l’expéditeur.'))
  await signed(all)
  expect([document.state, document.message]).toEqual(['mailsec.erreurEnvoi', 'Le relais refuse l’expéditeur.'])
  await document.ask('mailsec.reprendre')
  ged.mishaps.failOnce(new PermanentError('Le dossier est en lecture seule.'))
  await read(all)
  expect([document.state, document.message]).toEqual(['ged.erreur', 'Le dossier est en lecture seule.'])
  await document.ask('ged.deposer')
  sae.refuse('300', 'Accord de versement invalide')
  await hub.advance('20 min')
  expect(document.state).toBe('sae.refuse')
  await document.ask('sae.regenerer')
  expect([document.state, courrier.mails.length]).toEqual(['sae.envoye', 1])
})

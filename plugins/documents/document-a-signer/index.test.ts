import { expect, test } from 'vitest'
import { PermanentError } from '#core'
import { demanded, fakeTown, fileNamed, testHub } from '#core/testing'
import { depotGed } from '../../steps/ged/index.ts'
import { orientation } from '../../steps/orientation/index.ts'
import { signature } from '../../steps/signature/index.ts'
import flow from './index.ts'

const complete = {
  libelle: 'Certificat administratif',
  document: fileNamed('certificat.pdf'),
  'signature.circuit': { value: 'courrier', label: 'Courrier' },
}
const signed = async (values: object) => {
  const remotes = fakeTown()
  const hub = testHub(flow, [signature, orientation, depotGed], remotes.capabilities)
  const document = await hub.create({ ...complete, ...values })
  await document.submit()
  expect(document.state).toBe('signature.envoye')
  remotes.parapheur.sign()
  await hub.advance('1 min')
  return { ...remotes, hub, document }
}

test('avec « Poursuivre sans l’agent », le document signé est déposé et se termine seul', async () => {
  const { document, ged } = await signed({ envoiGed: true, envoiAuto: true })
  expect([document.state, ged.deposits.size]).toEqual(['termine', 1])
  const alone = await signed({ envoiAuto: true })
  expect([alone.document.state, alone.ged.deposits.size]).toEqual(['termine', 0])
})

test('sans elle, il attend l’agent après la signature, puis après le dépôt', async () => {
  const { document, ged } = await signed({ envoiGed: true })
  expect([document.state, ged.deposits.size]).toEqual(['apresSignature.aOrienter', 0])
  await document.ask('poursuivre')
  expect([document.state, ged.deposits.size]).toEqual(['apresDepot.aOrienter', 1])
  await document.ask('poursuivre')
  expect(document.state).toBe('termine')
})

test('le dépôt se décide encore une fois le document signé', async () => {
  const { document, ged } = await signed({})
  expect(document.edit({ envoiGed: true })).toEqual([])
  await document.ask('poursuivre')
  expect([document.state, ged.deposits.size]).toEqual(['apresDepot.aOrienter', 1])
})

test('refus du parapheur, envoi refusé et dépôt refusé s’expliquent et reprennent', async () => {
  const remotes = fakeTown()
  const hub = testHub(flow, [signature, orientation, depotGed], remotes.capabilities)
  const document = await hub.create({ ...complete, envoiGed: true, envoiAuto: true })
  remotes.parapheur.mishaps.failOnce(new PermanentError('Le sous-type est inconnu.'))
  await document.submit()
  expect([document.state, document.message]).toEqual(['signature.erreurEnvoi', 'Le sous-type est inconnu.'])
  await document.ask('signature.envoyer')
  remotes.parapheur.refuse('À reformuler')
  await hub.advance('1 min')
  expect([document.state, document.message]).toEqual(['signature.refuse', 'Signature refusée : À reformuler'])
  await document.ask('rouvrir')
  await document.submit()
  remotes.parapheur.sign()
  remotes.ged.mishaps.failOnce(new PermanentError('Le dossier est en lecture seule.'))
  await hub.advance('1 min')
  expect([document.state, document.message]).toEqual(['ged.erreur', 'Le dossier est en lecture seule.'])
  await document.ask('ged.deposer')
  expect(document.state).toBe('termine')
})

test('des fichiers de plus de 150 Mo ne partent pas', async () => {
  const hub = testHub(flow, [signature, orientation, depotGed], fakeTown().capabilities)
  const heavy = { ...complete.document, size: 150_000_001 }
  const document = await hub.create({ ...complete, document: heavy })
  await expect(document.submit()).rejects.toThrow('le maximum est')
})

test('ce que le formulaire exige', async () => {
  const { hub, document } = await signed({})
  expect(flow.stored.steps[0]?.bindings).toEqual({ titre: 'libelle', document: 'document', annexes: 'annexes' })
  expect(document.current.title).toBe(complete.libelle)
  expect(await demanded(hub, complete)).toEqual(['libelle', 'document', 'signature.circuit'])
})

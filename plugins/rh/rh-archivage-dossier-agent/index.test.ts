import { expect, test } from 'vitest'
import { PermanentError } from '#core'
import { fakeTown, fileNamed, testHub } from '#core/testing'
import { archivage } from '../../steps/sae/index.ts'
import flow from './index.ts'

const complete = {
  titre: 'Dossier de Camille Durand',
  matricule: 'A12',
  prenom: 'Camille',
  naissance: '1980-02-03',
  siret: '21340000500011',
  dossier: { ...fileNamed('dossier.zip'), type: 'application/zip' },
}
const town = async (values: object = {}) => {
  const remotes = fakeTown()
  const hub = testHub(flow, [archivage], remotes.capabilities)
  return { ...remotes, hub, document: await hub.create({ ...complete, ...values }) }
}

test('le dossier d’un agent part aussitôt au service d’archives, qui l’accepte', async () => {
  const { document, hub, sae } = await town()
  await document.submit()
  expect(document.state).toBe('sae.envoye')
  sae.accept()
  await hub.advance('10 min')
  expect([document.state, document.data['sae.archiveId']]).toEqual(['termine', 'FRAD000_2026_1'])
})

test.each([
  ['un dossier qui n’est pas un zip', { dossier: fileNamed('dossier.pdf') }, 'accepte : ZIP'],
  ['un SIRET trop court', { siret: '2134' }, 'quatorze chiffres'],
  ['un agent sans matricule', { matricule: undefined }, 'Matricule'],
])('%s ne part pas, et dit pourquoi', async (_cas, values, sentence) => {
  const { document } = await town(values)
  await expect(document.submit()).rejects.toThrow(sentence)
})

test('chaque refus de l’archivage dit quoi faire, et reprend', async () => {
  const { document, hub, seda, sae } = await town()
  seda.mishaps.failOnce(new PermanentError('Le profil demande une date.'))
  await document.submit()
  expect([document.state, document.message]).toEqual(['sae.erreurGeneration', 'Le profil demande une date.'])
  sae.mishaps.failOnce(new PermanentError('Accord de versement inconnu.'))
  await document.ask('sae.generer')
  expect(document.state).toBe('sae.erreurEnvoi')
  await document.ask('sae.envoyer')
  sae.mishaps.failOnce(new PermanentError('Transfert illisible.'))
  await hub.advance('1 min')
  expect(document.state).toBe('sae.erreurAr')
  await document.ask('sae.verifierAr')
  sae.acknowledge()
  await hub.advance('5 min')
  expect(document.state).toBe('sae.arRecu')
  sae.mishaps.failOnce(new PermanentError('Réponse illisible.'))
  await hub.advance('5 min')
  expect(document.state).toBe('sae.erreurReponse')
  sae.refuse('300', 'Accord de versement invalide')
  await document.ask('sae.valider')
  expect(document.message).toContain('Accord de versement invalide')
  await document.ask('sae.regenerer')
  sae.accept()
  await hub.advance('20 min')
  expect(document.state).toBe('termine')
})

import { expect, test } from 'vitest'
import { PermanentError } from '#core'
import { fakeTown, fileNamed, testHub } from '#core/testing'
import { archivage } from '../../steps/sae/index.ts'
import dossierSeance from './index.ts'

const complete = {
  dossier: { ...fileNamed('seance-2026-01-20.zip'), type: 'application/zip' },
  metadonnees: fileNamed('metadonnees.json'),
}
const town = async (values: object = {}) => {
  const remotes = fakeTown()
  const hub = testHub(dossierSeance, [archivage], remotes.capabilities)
  return { ...remotes, hub, document: await hub.create({ ...complete, ...values }) }
}

test('un dossier de séance porte le nom de son zip, est transféré, puis accepté par le service d’archives', async () => {
  const { document, hub, sae } = await town()
  expect(document.current.title).toBe('seance-2026-01-20.zip')
  await document.submit()
  expect(document.state).toBe('sae.envoye')
  sae.accept()
  await hub.advance('10 min')
  expect(document.state).toBe('termine')
  expect(document.data['sae.archiveId']).toBe('FRAD000_2026_1')
})

test.each([
  ['un fichier qui n’est pas un zip', { dossier: fileNamed('seance.pdf') }, 'accepte : ZIP'],
  ['un dossier sans métadonnées', { metadonnees: undefined }, 'Il manque le fichier « Fichier de métadonnées »'],
])('%s ne part pas, et dit pourquoi', async (_cas, values, sentence) => {
  const { document } = await town(values)
  await expect(document.submit()).rejects.toThrow(sentence)
})

test('un bordereau impossible à générer se réessaie ; rien n’a été transféré', async () => {
  const { document, seda, sae } = await town()
  seda.mishaps.failOnce(new PermanentError('Le zip a deux dossiers à sa racine.'))
  await document.submit()
  expect([document.state, document.message]).toEqual(['sae.erreurGeneration', 'Le zip a deux dossiers à sa racine.'])
  expect(sae.transfers.size).toBe(0)
  await document.ask('sae.generer')
  expect(document.state).toBe('sae.envoye')
})

test('un transfert refusé, un suivi interrompu, un refus d’archivage : chacun dit quoi faire et reprend', async () => {
  const { document, hub, sae } = await town()
  sae.mishaps.failOnce(new PermanentError('Accord de versement inconnu.'))
  await document.submit()
  expect(document.state).toBe('sae.erreurEnvoi')
  await document.ask('sae.envoyer')
  sae.mishaps.failOnce(new PermanentError('Transfert illisible.'))
  await hub.advance('1 min')
  expect(document.state).toBe('sae.erreurAr')
  await document.ask('sae.verifierAr')
  sae.refuse('300', 'Accord de versement invalide')
  await hub.advance('20 min')
  expect(document.state).toBe('sae.refuse')
  expect(document.message).toContain('Accord de versement invalide')
  await document.ask('sae.regenerer')
  sae.accept()
  await hub.advance('20 min')
  expect(document.state).toBe('termine')
})

import { expect, test } from 'vitest'
import { demanded, fakeTown, fileNamed, testHub, typesChecked } from '#core/testing'
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

test('ce que le formulaire exige, et les fichiers dont il vérifie le type', async () => {
  const { hub } = await town()
  expect(await demanded(hub, complete)).toEqual(['dossier', 'metadonnees'])
  expect(await typesChecked(hub, complete)).toEqual(['dossier'])
})

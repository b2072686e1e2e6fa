import { expect, test } from 'vitest'
import { demanded, fakeTown, fileNamed, testHub, typesChecked } from '#core/testing'
import { archivage } from '../../steps/sae/index.ts'
import flow from './index.ts'

const complete = {
  titre: 'PC 034 213 26 00012',
  idExterne: 'PC-12',
  dossier: { ...fileNamed('dossier.zip'), type: 'application/zip' },
  metadonnees: fileNamed('metadonnees.xml'),
}
const town = async (values: object = {}) => {
  const remotes = fakeTown()
  const hub = testHub(flow, [archivage], remotes.capabilities)
  return { ...remotes, hub, document: await hub.create({ ...complete, ...values }) }
}

test('un dossier d’urbanisme part aussitôt au service d’archives, qui l’accepte', async () => {
  const { document, hub, sae } = await town()
  await document.submit()
  expect([document.state, document.current.title]).toEqual(['sae.envoye', complete.titre])
  sae.accept()
  await hub.advance('10 min')
  expect([document.state, document.data['sae.archiveId']]).toEqual(['termine', 'FRAD000_2026_1'])
})

test.each([
  ['un dossier qui n’est pas un zip', { dossier: fileNamed('dossier.pdf') }, 'accepte : ZIP'],
  ['un dossier sans titre', { titre: undefined }, 'Titre'],
])('%s ne part pas, et dit pourquoi', async (_cas, values, sentence) => {
  const { document } = await town(values)
  await expect(document.submit()).rejects.toThrow(sentence)
})

test('ce que le formulaire exige, et les fichiers dont il vérifie le type', async () => {
  const { hub } = await town()
  expect(await demanded(hub, complete)).toEqual(['titre', 'dossier'])
  expect(await typesChecked(hub, complete)).toEqual(['dossier'])
})

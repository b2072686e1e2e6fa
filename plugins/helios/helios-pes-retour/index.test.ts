import { expect, test } from 'vitest'
import { PermanentError } from '#core'
import { demanded, fakeTown, samplePes, samplePesRetour, testHub, typesChecked } from '#core/testing'
import { depotGed } from '../../steps/ged/index.ts'
import flow, { lectureRetour } from './index.ts'

const town = async (content: Uint8Array = samplePesRetour({ nomFic: 'RET_1' }), envoiGed = true) => {
  const remotes = fakeTown()
  const hub = testHub(flow, [lectureRetour, depotGed], remotes.capabilities)
  const document = await hub.create({
    ...{ objet: 'RET_1', idRetour: '12', dateTdt: '2026-01-16', envoiGed },
    fichierPes: await hub.ports.files.save(content, 'RET_1.xml'),
  })
  return { ...remotes, hub, document }
}

test('un PES retour est lu, puis versé à la GED', async () => {
  const { document, ged } = await town()
  await document.submit()
  expect(document.state).toBe('termine')
  expect(document.data).toMatchObject({
    'lectureRetour.nomFic': 'RET_1',
    'lectureRetour.idColl': '21340001700017',
    'lectureRetour.codBud': '00',
    'lectureRetour.dteStr': '2026-01-16',
    'lectureRetour.contenu': '1 retour de dépense.',
  })
  expect(ged.deposits.size).toBe(1)
})

test('sans la case, il s’arrête une fois lu', async () => {
  const { document, ged } = await town(undefined, false)
  await document.submit()
  expect(document.state).toBe('termine')
  expect(ged.deposits.size).toBe(0)
})

test.each([
  ['un PES aller', samplePes(), 'sa racine est « PES_Aller »'],
  ['autre chose que du XML', Buffer.from('%PDF-1.4'), "n'est pas un PES retour lisible"],
])('%s : illisible, et le document se rouvre', async (_what, content, why) => {
  const { document } = await town(content)
  await document.submit()
  expect(document.state).toBe('lectureRetour.illisible')
  expect(document.message).toContain(why)
  await document.ask('rouvrir')
  expect(document.state).toBe('brouillon')
})

test('dépôt refusé par la GED, puis réessayé', async () => {
  const { document, ged } = await town()
  ged.mishaps.failOnce(new PermanentError('Dossier inexistant.'))
  await document.submit()
  expect(document.state).toBe('ged.erreur')
  await document.ask('ged.deposer')
  expect(document.state).toBe('termine')
})

test('ce que le formulaire exige, et les fichiers dont il vérifie le type', async () => {
  const { hub, document } = await town()
  const { objet, idRetour, dateTdt, fichierPes } = document.data
  const complete = { objet, idRetour, dateTdt, fichierPes }
  expect(document.current.title).toBe('RET_1')
  expect(await demanded(hub, complete)).toEqual(['objet', 'fichierPes'])
  expect(await typesChecked(hub, complete)).toEqual(['fichierPes'])
})

import { expect, test } from 'vitest'
import { PermanentError } from '#core'
import { demanded, fakeTown, fileNamed, testHub, typesChecked } from '#core/testing'
import { depotGed } from '../../steps/ged/index.ts'
import { transformation } from '../../steps/transformation/index.ts'
import publication from './index.ts'

const complete = {
  numero: 'DEL_2026_1',
  acte: fileNamed('deliberation.pdf'),
  json: { ...fileNamed('donnees.json'), type: 'application/json' },
  csv: { ...fileNamed('donnees.csv'), type: 'text/csv' },
  envoiDepot: true,
}
const town = async (values: object = {}, transform: () => Promise<Record<string, string>> = async () => ({})) => {
  const { capabilities, ged } = fakeTown()
  const hub = testHub(publication, [transformation, depotGed], { ...capabilities, transformation: { transform } })
  return { hub, ged, document: await hub.create({ ...complete, ...values }) }
}

test('un acte et ses données sont déposés, l’acte porte son numéro', async () => {
  const { document, ged } = await town()
  await document.submit()
  expect([document.state, ged.deposits.size, document.current.title]).toEqual(['termine', 1, 'DEL_2026_1'])
})

test('sans dépôt demandé, il se termine après la transformation ; la transformation peut le demander', async () => {
  const alone = await town({ envoiDepot: false })
  await alone.document.submit()
  expect([alone.document.state, alone.ged.deposits.size]).toEqual(['termine', 0])
  const decided = await town({ envoiDepot: false }, async () => ({ envoiDepot: 'true' }))
  await decided.document.submit()
  expect(decided.ged.deposits.size).toBe(1)
})

test.each([
  ['un numéro d’un seul caractère', { numero: 'A' }, 'Le numéro compte 2 à 15 caractères'],
  ['un acte sans données', { json: undefined }, 'Il manque le fichier « Données JSON »'],
  ['un acte qui n’est pas un PDF', { acte: { ...fileNamed('acte.pdf'), type: 'image/png' } }, 'PNG'],
])('%s ne part pas', async (_cas, values, sentence) => {
  const { document } = await town(values)
  await expect(document.submit()).rejects.toThrow(sentence)
})

test('une transformation impossible ou un dépôt refusé se voient et se réessaient', async () => {
  let wrong = true
  const { document, ged } = await town({}, async () => (wrong ? { numero: 'minuscule' } : {}))
  await document.submit()
  expect(document.state).toBe('transformation.erreur')
  expect(document.message).toContain('Le numéro compte 2 à 15 caractères')
  wrong = false
  ged.mishaps.failOnce(new PermanentError('Le dossier « Publications » n’existe pas.'))
  await document.ask('transformation.transformer')
  expect([document.state, document.message]).toEqual(['ged.erreur', 'Le dossier « Publications » n’existe pas.'])
  await document.ask('ged.deposer')
  expect(document.state).toBe('termine')
})

test('ce que le formulaire exige, et les fichiers dont il vérifie le type', async () => {
  const { hub, document } = await town()
  expect(document.current.title).toBe(complete.numero)
  expect(await demanded(hub, { ...complete, annexes: [fileNamed('plan.pdf')] })).toEqual([
    'numero',
    'acte',
    'json',
    'csv',
  ])
  expect(await typesChecked(hub, { ...complete, annexes: [fileNamed('plan.pdf')] })).toEqual([
    'acte',
    'json',
    'csv',
    'annexes',
  ])
})

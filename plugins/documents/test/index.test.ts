import { expect, test } from 'vitest'
import { testHub } from '#core/testing'
import flow, { essai } from './index.ts'

const begun = async (values: object = {}) => {
  const hub = testHub(flow, [essai], {})
  const document = await hub.create({ obligatoire: 'foo', ...values })
  await document.submit()
  expect(document.state).toBe('essai.pret')
  return { hub, document }
}

test.each([
  ['sansRegle', 'sansRegle'],
  ['teletransmettre', 'teletransmis'],
  ['rendreModifiable', 'modifiable'],
  ['inutile', 'inutile'],
  ['lancerAuto', 'autoFin'],
  ['lancerChaine', 'chaine3'],
  ['lancerSansFin', 'sansFin'],
])('« %s » mène à « %s », d’où tout peut encore être essayé', async (action, state) => {
  const { document } = await begun()
  await document.ask(`essai.${action}`)
  expect(document.state).toBe(`essai.${state}`)
  expect(document.buttons['essai.rendreModifiable']).toBe(true)
})

test('réussir et échouer laissent l’état tel quel et le disent', async () => {
  const { document } = await begun()
  await document.ask('essai.reussir')
  expect([document.state, document.data['essai.lectureSeule']]).toEqual(['essai.pret', '2026-01-15T08:00:00.000Z'])
  await document.ask('essai.echouer')
  expect([document.state, document.message]).toEqual(['essai.pret', expect.stringContaining('Échec demandé')])
})

test('l’action sous condition explique ce qui manque', async () => {
  const { document } = await begun()
  await expect(document.ask('essai.garder')).rejects.toThrow('doit contenir « toto »')
  const other = await begun({ adresse: 'toto' })
  await other.document.ask('essai.garder')
  expect(other.document.message).toBe('La condition était remplie')
})

test('un champ ne se modifie que dans l’état qui l’ouvre', async () => {
  const { document } = await begun()
  expect(document.edit({ 'essai.fichierSimple': undefined })).toHaveLength(1)
  await document.ask('essai.rendreModifiable')
  expect(document.edit({ 'essai.fichierSimple': undefined })).toEqual([])
})

test('l’interrogation sans fin ne finit pas, et n’empêche pas de terminer', async () => {
  const { hub, document } = await begun()
  await document.ask('essai.lancerSansFin')
  await hub.advance('100 d')
  expect([document.state, document.message]).toEqual(['essai.sansFin', expect.stringContaining('Toujours rien')])
  await document.ask('essai.terminer')
  expect(document.state).toBe('termine')
})

test('les valeurs de départ et les contrôles de saisie', async () => {
  const { hub } = await begun()
  const { obligatoire, caseCochee, dateIndexee } = hub.flow.fields
  expect([obligatoire, caseCochee, dateIndexee].map(field => field?.options.default)).toEqual(['foo', true, 'now'])
  const wrong = await hub.create({ obligatoire: 'foo', chiffres: 'douze' })
  await expect(wrong.submit()).rejects.toThrow('que des chiffres')
})

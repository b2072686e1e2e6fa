import { expect, test } from 'vitest'
import { testHub } from '#core/testing'
import flow, { decisionEmail } from './index.ts'

const asked = async (values: object = {}) => {
  const hub = testHub(flow, [decisionEmail], {})
  const document = await hub.create({ login: 'c.durand', demandee: 'camille.durand@ville.fr', ...values })
  await document.submit()
  return { hub, document }
}

test('une demande acceptée garde la trace de ce que l’administrateur déclare avoir fait', async () => {
  const { document } = await asked()
  expect(document.state).toBe('decisionEmail.aDecider')
  await document.ask('decisionEmail.accepter')
  expect(document.state).toBe('termine')
  expect(document.journal).toContain(
    'Changement accepté : l’administrateur déclare que « c.durand » a pour adresse camille.durand@ville.fr',
  )
})

test('une demande refusée s’arrête, avec le message de l’administrateur, et peut être rouverte', async () => {
  const { document } = await asked()
  expect(document.edit({ 'decisionEmail.message': 'Utilisez une adresse de la ville.' })).toEqual([])
  await document.ask('decisionEmail.refuser')
  expect([document.state, document.message]).toEqual([
    'decisionEmail.refuse',
    'Changement refusé : « c.durand » garde son adresse. Utilisez une adresse de la ville.',
  ])
  expect([document.buttons['rouvrir'], document.buttons['supprimer']]).toEqual([true, true])
})

test('personne ne décide tout seul : la demande attend', async () => {
  const { hub, document } = await asked()
  await hub.advance('365 d')
  expect(document.state).toBe('decisionEmail.aDecider')
})

test.each(['camille', 'Camille <camille@ville.fr>', 'a@ville.fr, b@ville.fr'])(
  '« %s » n’est pas une adresse',
  demandee => expect(asked({ demandee })).rejects.toThrow('une seule adresse'),
)

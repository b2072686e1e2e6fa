import { expect, test } from 'vitest'
import { PermanentError } from '#core'
import { demanded, testHub } from '#core/testing'
import flow, { decisionEmail } from './index.ts'

/** A platform of two accounts, which refuses an address already taken as the real one does. */
const asked = async (values: object = {}) => {
  const addresses = new Map([
    ['c.durand', 'c.durand@ville.fr'],
    ['p.petit', 'p.petit@ville.fr'],
  ])
  const hub = testHub(
    flow,
    [decisionEmail],
    {},
    {
      around: ports => ({
        ...ports,
        documents: {
          ...ports.documents,
          async commit(move, expected) {
            if (move.account && [...addresses.values()].includes(move.account.email))
              throw new PermanentError("L'adresse est déjà celle d'un autre compte.")
            if (move.account?.by === 'agent') addresses.set(move.account.login, move.account.email)
            return ports.documents.commit(move, expected)
          },
        },
      }),
    },
  )
  const document = await hub.create({ login: 'c.durand', demandee: 'camille.durand@ville.fr', ...values })
  await document.submit()
  return { hub, document, addresses }
}

test('une demande acceptée donne l’adresse au compte, avec le document', async () => {
  const { document, addresses } = await asked()
  expect([document.state, addresses.get('c.durand')]).toEqual(['decisionEmail.aDecider', 'c.durand@ville.fr'])
  await document.ask('decisionEmail.accepter')
  expect([document.state, addresses.get('c.durand')]).toEqual(['termine', 'camille.durand@ville.fr'])
  expect(document.journal).toContain('Changement accepté : « c.durand » a pour adresse camille.durand@ville.fr')
})

test('une adresse que le compte ne peut pas avoir ne change rien, se dit, et se refuse', async () => {
  const { document, addresses } = await asked({ demandee: 'p.petit@ville.fr' })
  await document.ask('decisionEmail.accepter')
  expect([document.state, document.message]).toEqual([
    'decisionEmail.impossible',
    "L'adresse est déjà celle d'un autre compte.",
  ])
  expect(addresses.get('c.durand')).toBe('c.durand@ville.fr')
  addresses.delete('p.petit')
  await document.ask('decisionEmail.accepter')
  expect([document.state, addresses.get('c.durand')]).toEqual(['termine', 'p.petit@ville.fr'])
})

test('une demande refusée s’arrête, avec le message de l’administrateur, et peut être rouverte', async () => {
  const { document, addresses } = await asked()
  expect(document.edit({ 'decisionEmail.message': 'Utilisez une adresse de la ville.' })).toEqual([])
  await document.ask('decisionEmail.refuser')
  expect([document.state, document.message]).toEqual([
    'decisionEmail.refuse',
    'Changement refusé : « c.durand » garde son adresse. Utilisez une adresse de la ville.',
  ])
  expect(addresses.get('c.durand')).toBe('c.durand@ville.fr')
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

test('ce que le formulaire exige', async () => {
  const { hub, document } = await asked()
  expect(document.current.title).toBe('c.durand')
  expect(await demanded(hub, { login: 'c.durand', demandee: 'camille.durand@ville.fr' })).toEqual(['login', 'demandee'])
})

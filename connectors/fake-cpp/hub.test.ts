import { expect, test, vi } from 'vitest'
import { startWholeHub } from '#core/conformance'

test('une facture d’exemple entre dans le flux des factures et avance jusqu’à l’agent', async () => {
  await using hub = await startWholeHub({ worker: 'here' })
  const { connectors, db } = hub.hub.cradle
  const at = { entityId: hub.town, userId: hub.users.admin }
  const { id } = await connectors.create(at, { connector: 'fake-cpp', label: 'Factures simulées', config: {} })
  for (const step of ['chorus', 'suivi'])
    await connectors.associate(at, { flow: 'facture-cpp', slot: `${step}:portailFactures`, instanceId: id })
  expect(await connectors.run(at, id, 'relever')).toEqual({ message: '1 facture(s) simulée(s) livrée(s), 1 en tout.' })
  await vi.waitFor(
    async () => {
      const document: unknown = await db('documents').where({ entityId: hub.town }).first('state', 'data', 'message')
      expect(document).toMatchObject({
        state: 'orientation.aOrienter',
        data: { numero: 'SIMULATION-1', montantTtc: '120.00', pdf: { name: 'facture-SIMULATION-1.pdf' } },
      })
    },
    { timeout: 10_000, interval: 50 },
  )
  expect(JSON.stringify(await db('journal').select('message'))).not.toMatch(/n'a pas été repris|non reprise/u)
})

import { afterAll, beforeAll, expect, test } from 'vitest'
import { defineConnector } from '../authoring/connectors.ts'
import { deliberationFlow as flow, town } from '../documents/documents.fixture.ts'
import { testDatabase, type TestDatabase } from '../testing/database.ts'
import { connectorsHub, SLOT } from './service.fixture.ts'
import { suspendForbidden } from './simulations.ts'

const definition = defineConnector({
  id: 'parapheur-factice',
  version: 1,
  label: 'Parapheur factice',
  provides: ['signature'],
  simulation: true,
  config: {},
  schedules: { relever: { label: 'Relever', run: async () => 'Fait.' } },
  connect: () => ({
    check: async () => 'Prêt.',
    signature: {
      circuits: async () => [],
      send: async () => ({ is: 'sent', id: '1' }),
      find: async () => undefined,
      status: async () => ({ is: 'pending', message: 'En attente.' }),
      close: async () => undefined,
    },
  }),
})

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.close())

const SENTENCE =
  'Les simulations sont interdites sur cette plateforme, et « Parapheur factice » en est une : associez un vrai connecteur.'

test('une plateforme qui interdit les simulations n’en crée ni n’en associe plus, et suspend celles qui existent', async () => {
  const { knex } = database
  const at = { entityId: await town(knex, 'Ville'), userId: '1' }
  const fresh = { connector: 'parapheur-factice', label: 'Essai', config: {} }
  const before = await connectorsHub(knex, { definition })
  const { id } = await before.connectors.create(at, fresh)
  expect(await suspendForbidden(knex, before.registry, before.clock.now())).toBe(0)
  expect(await before.connectors.test(at, id)).toEqual({ ok: true, message: 'Prêt.' })
  await before.close()

  const { connectors, registry, clock, close } = await connectorsHub(knex, { definition, simulations: false })
  expect(await suspendForbidden(knex, registry, clock.now())).toBe(1)
  expect(await suspendForbidden(knex, registry, clock.now())).toBe(0)
  expect(await connectors.view(at.entityId, id)).toMatchObject({ status: 'suspended', statusMessage: SENTENCE })
  expect(connectors.types()).toMatchObject([{ forbidden: SENTENCE }])
  const refused = { code: 'saisie_invalide', fields: [{ message: SENTENCE, code: 'simulation' }] }
  await expect(connectors.create(at, fresh)).rejects.toMatchObject(refused)
  await expect(connectors.associate(at, { flow: flow.id, slot: SLOT, instanceId: id })).rejects.toMatchObject(refused)
  await expect(connectors.resume(at, id)).rejects.toMatchObject({ detail: `« Essai » : ${SENTENCE}` })
  await connectors.update(at, id, { label: 'Essai 2' })
  expect(await connectors.view(at.entityId, id)).toMatchObject({ status: 'suspended', statusMessage: SENTENCE })
  expect(await connectors.test(at, id)).toEqual({ ok: false, message: SENTENCE })
  await expect(connectors.run(at, id, 'relever')).rejects.toMatchObject({ detail: SENTENCE })
  await close()
})

import { once, EventEmitter } from 'node:events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testDatabase, type TestDatabase } from '../testing/database.ts'
import { createListener, notify } from './notifications.ts'
import { inTransaction } from './unit-of-work.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.close())

const ignore = (): void => undefined
const log = { debug: ignore, info: ignore, warn: ignore, error: ignore }

const listen = async (channel: string) => {
  const listener = await createListener({ connectionString: database.connectionString, log })
  const events = new EventEmitter()
  const received: string[] = []
  const unsubscribe = listener.subscribe(channel, {
    message: payload => {
      received.push(payload)
      events.emit('message')
    },
    missed: () => events.emit('missed'),
  })
  return { listener, events, received, unsubscribe }
}

test('un message part avec la transaction, et jamais si elle est annulée', async () => {
  const { listener, events, received } = await listen('essai')
  const refused = inTransaction(database.knex, async trx => {
    await notify(trx, 'essai', 'annulé')
    throw new Error('non')
  })
  await expect(refused).rejects.toThrow('non')
  const message = once(events, 'message')
  await inTransaction(database.knex, trx => notify(trx, 'essai', 'validé'))
  await message
  expect(received).toEqual(['validé'])
  await listener.close()
})

test('après une coupure, l’abonné est prévenu et reçoit la suite', async () => {
  const { listener, events, received } = await listen('reprise')
  const missed = once(events, 'missed')
  await database.knex.raw(
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'passeur listen' and datname = current_database()`,
  )
  await missed
  const message = once(events, 'message')
  await notify(database.knex, 'reprise', 'suite')
  await message
  expect(received).toEqual(['suite'])
  await listener.close()
})

test('qui se désabonne ne reçoit plus rien', async () => {
  const { listener, received, unsubscribe } = await listen('fini')
  unsubscribe()
  await notify(database.knex, 'fini', 'trop tard')
  await database.knex.raw('select 1')
  expect(received).toEqual([])
  await listener.close()
})

test('un message trop long est refusé avant PostgreSQL', async () => {
  await expect(notify(database.knex, 'essai', 'é'.repeat(4000))).rejects.toThrow('send an identifier')
})

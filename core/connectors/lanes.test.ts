import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Knex } from 'knex'
import { createKnex } from '../db/knex.ts'
import type { Lanes } from '../engine/ports.ts'
import { createEntity } from '../entities/entities.ts'
import { testDatabase, type TestDatabase } from '../testing/database.ts'
import { createLanes } from './lanes.ts'
import { instanceRow } from './connectors.fixture.ts'

let database: TestDatabase
let second: Knex
let entityId: string
let id: string
/** Two processes: two pools, nothing shared but the database. */
let lanes: readonly [Lanes, Lanes]
const start = new Date('2026-07-14T08:00:00Z')
const after = (seconds: number) => new Date(start.getTime() + seconds * 1000)

beforeAll(async () => {
  database = await testDatabase()
  second = createKnex({ connectionString: database.connectionString })
  entityId = (await createEntity(database.knex, { name: 'Ville' })).id
  lanes = [createLanes({ db: database.knex, random: () => 0 }), createLanes({ db: second, random: () => 0 })]
})
afterAll(async () => {
  await second.destroy()
  await database.close()
})
beforeEach(async () => {
  id = await instanceRow(database.knex, entityId)
})

const fail = async (times: number, at: Date) => {
  for (let n = 0; n < times; n++) await lanes[0].leave(id, 'failure', at)
}
const enterAll = (at: Date, times = 10) =>
  Promise.all(Array.from({ length: times }, (_, n) => (n % 2 ? lanes[1] : lanes[0]).enter(id, at)))

describe('le disjoncteur', () => {
  test('laisse passer tant que tout va bien, sans rien écrire', async () => {
    expect((await enterAll(start)).every(({ go }) => go)).toBe(true)
    await lanes[0].leave(id, 'success', start)
    expect(await database.knex('instance_lanes').where({ instanceId: id })).toEqual([])
  })

  test('reste fermé après quatre échecs, s’ouvre au cinquième, avec une phrase', async () => {
    await fail(4, start)
    expect((await lanes[1].enter(id, start)).go).toBe(true)
    await fail(1, start)
    expect(await lanes[1].enter(id, start)).toMatchObject({
      go: false,
      until: after(30),
      why: expect.stringMatching(/ne répond plus/u) as string,
    })
  })

  test('un succès efface les échecs', async () => {
    await fail(4, start)
    await lanes[1].leave(id, 'success', start)
    await fail(4, start)
    expect((await lanes[0].enter(id, start)).go).toBe(true)
  })

  test('entrouvert, laisse passer une seule sonde, même avec deux processus', async () => {
    await fail(5, start)
    const doors = await enterAll(after(31), 20)
    expect(doors.filter(({ go }) => go)).toHaveLength(1)
  })

  test('une sonde qui réussit rouvre la porte à tous', async () => {
    await fail(5, start)
    await enterAll(after(31))
    await lanes[1].leave(id, 'success', after(32))
    expect((await enterAll(after(32))).every(({ go }) => go)).toBe(true)
  })

  test('une sonde qui échoue double la pause, jusqu’à un quart d’heure', async () => {
    await fail(5, start)
    let at = start
    const pauses: number[] = []
    for (let n = 0; n < 8; n++) {
      const door = await lanes[0].enter(id, at)
      if (door.go) throw new Error('The door should be closed.')
      pauses.push((door.until.getTime() - at.getTime()) / 1000)
      at = door.until
      expect((await lanes[0].enter(id, at)).go).toBe(true)
      await lanes[0].leave(id, 'failure', at)
    }
    expect(pauses).toEqual([30, 60, 120, 240, 480, 900, 900, 900])
  })

  test('les échecs de ceux qui étaient déjà dedans n’allongent pas la pause', async () => {
    await fail(12, start)
    expect(await lanes[0].enter(id, start)).toMatchObject({ until: after(30) })
    await lanes[0].enter(id, after(30))
    await lanes[0].leave(id, 'failure', after(30))
    expect(await lanes[0].enter(id, after(30))).toMatchObject({ until: after(90) })
  })

  test('une sonde perdue avec son processus n’empêche pas la suivante', async () => {
    await fail(5, start)
    expect((await lanes[0].enter(id, after(31))).go).toBe(true)
    expect((await lanes[1].enter(id, after(60))).go).toBe(false)
    expect((await lanes[1].enter(id, after(31 + 301))).go).toBe(true)
  })
})

describe("l'espacement", () => {
  beforeEach(async () => {
    id = await instanceRow(database.knex, entityId, { spacingMs: 2000 })
  })

  test('un seul appel par intervalle, même avec deux processus', async () => {
    for (const at of [start, after(2), after(4)]) expect((await enterAll(at)).filter(({ go }) => go)).toHaveLength(1)
  })

  test('ceux qui attendent reçoivent des places successives, pas toutes la même', async () => {
    await lanes[0].enter(id, start)
    const places = []
    for (let n = 0; n < 3; n++) {
      const door = await lanes[n % 2 ? 1 : 0].enter(id, after(1))
      places.push(door.go ? 'entré' : door.until)
    }
    expect(places).toEqual([after(2), after(4), after(6)])
    for (const place of [after(2), after(4), after(6)]) expect((await lanes[1].enter(id, place)).go).toBe(true)
  })
})

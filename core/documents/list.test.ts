import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testDatabase, type TestDatabase } from '../testing/database.ts'
import { settle } from '../engine/settle.ts'
import { deliberationFlow as flow, newDocument, NOW, testFlows, testStore, town } from './documents.fixture.ts'
import { listDocuments, type DocumentQuery } from './list.ts'
import type { StoredDocuments } from './store.ts'

let database: TestDatabase
let store: StoredDocuments
let ville: string
let autre: string

beforeAll(async () => {
  database = await testDatabase()
  store = testStore(database.knex)
  ville = await town(database.knex)
  autre = await town(database.knex, 'Autre ville')
})
afterAll(() => database.close())

const add = async (entityId: string, objet: string, data: Readonly<Record<string, unknown>> = {}, minutes = 0) =>
  store.create(newDocument(entityId, { objet, ...data }, new Date(NOW.getTime() + minutes * 60_000)))
const titles = async (query: Partial<DocumentQuery> = {}) =>
  (await listDocuments(database.knex, testFlows, { entityId: ville, readable: [flow.id], ...query })).items.map(
    ({ title }) => title,
  )

describe('une liste', () => {
  test('va du plus récent au plus ancien, page par page, sans doublon ni oubli quand il en arrive', async () => {
    const entityId = await town(database.knex, 'Pages')
    for (let n = 1; n <= 7; n++) await add(entityId, `Acte ${n}`, {}, Math.floor(n / 2))
    const seen: string[] = []
    let after: string | undefined
    do {
      const page = await listDocuments(database.knex, testFlows, { entityId, readable: [flow.id], limit: 3, after })
      seen.push(...page.items.map(({ title }) => title))
      await add(entityId, 'Arrivé entre deux pages', {}, 1_000)
      after = page.next ?? undefined
    } while (after !== undefined)
    expect(seen).toHaveLength(7)
    expect(new Set(seen).size).toBe(7)
    expect(seen[0]).toBe('Acte 7')
  })

  test('ne montre que l’entité et les flux lisibles', async () => {
    await add(ville, 'Ici')
    await add(autre, 'Ailleurs')
    expect(await titles()).not.toContain('Ailleurs')
    expect(await titles({ readable: [] })).toEqual([])
    expect(await titles({ readable: ['autre-flux'] })).toEqual([])
    expect(await titles({ flow: 'autre-flux' })).toEqual([])
  })

  test('se filtre par état', async () => {
    const document = await add(ville, 'Parti')
    await store.commit(settle(flow, document, { is: 'sent' }, NOW), 1)
    expect(await titles({ state: 'visa.aEnvoyer' })).toEqual(['Parti'])
  })

  test('refuse un curseur illisible avec une phrase', async () => {
    await expect(titles({ after: 'n’importe quoi' })).rejects.toMatchObject({ code: 'requete_invalide' })
  })
})

describe('la recherche', () => {
  test.each([
    ['délibération', true],
    ['DELIBERATIONS', true],
    ['délibér', true],
    ['subv', true],
    ['école subvention', true],
    ['l’école', true],
    ['2026_DEL_014', true],
    ['2026-del', true],
    ['014', true],
    ['TX-77', true],
    ['collège', false],
    ['subvention collège', false],
    ["d'une' | & ! ( :*", false],
    ['%', false],
  ])('« %s » trouve le document : %s', async (text, found) => {
    const entityId = await town(database.knex, `Recherche ${text}`)
    await add(entityId, "Délibération portant subvention à l'école", {
      numero: '2026_DEL_014',
      'visa.dossierId': 'TX-77',
    })
    expect(await titles({ entityId, text })).toHaveLength(found ? 1 : 0)
  })
})

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { grantRole, saveRole } from '../access/roles.ts'
import type { Scope } from '../access/scope.ts'
import { createUser } from '../access/users.ts'
import { testDatabase, type TestDatabase } from '../testing/database.ts'
import { deliberationFlow as flow, newDocument, NOW, testFlows, testStore, town } from './documents.fixture.ts'
import { searchInText, type FoundInText } from './full-text.ts'
import { readingPlaces } from './reading-places.ts'
import type { StoredDocuments } from './store.ts'

let database: TestDatabase
let store: StoredDocuments
let ville: string
let service: string
let voisine: string
let agent: string
let admin: string
let people = 0

beforeAll(async () => {
  database = await testDatabase()
  store = testStore(database.knex)
  ville = await town(database.knex)
  service = await town(database.knex, 'Service', ville)
  voisine = await town(database.knex, 'Voisine')
  await saveRole(database.knex, { id: 'lecteur', label: 'Lecteur', rights: ['deliberation:lecture'] })
  await saveRole(database.knex, { id: 'autre', label: 'Autre', rights: ['autre-flux:lecture'] })
  agent = await person(ville)
  admin = await person('0')
  await add(ville, 'Subvention à l’école maternelle', { numero: '2026_DEL_014' })
  await add(service, 'Marché de la halle', { numero: 'A-77', 'visa.dossierId': 'TX-9931' }, 1)
  await add(voisine, 'École des voisins', {}, 2)
  await add(ville, 'Divers', { numero: 'ecole-2' }, 3)
})
afterAll(() => database.close())

const person = async (entityId: string, roleId = 'lecteur') => {
  const { id } = await createUser(database.knex, { login: `agent${++people}`, entityId })
  await grantRole(database.knex, { userId: id, entityId, roleId })
  return id
}
const add = (entityId: string, objet: string, data: Readonly<Record<string, unknown>> = {}, minutes = 0) =>
  store.create(newDocument(entityId, { objet, numero: undefined, ...data }, new Date(NOW.getTime() + minutes * 60_000)))

interface Asked {
  readonly who?: string
  readonly scope?: Scope
  readonly branch?: string
  readonly after?: string
  readonly limit?: number
}
const search = async (text: string, { who = agent, scope, branch, after, limit }: Asked = {}) => {
  const places = await readingPlaces(database.knex, { id: who, scope }, { flows: [flow.id], branch })
  return searchInText(database.knex, testFlows, { places, text, after, limit })
}
const titles = async (text: string, asked: Asked = {}) =>
  (await search(text, asked)).items.map(({ document }) => document.title)
const marked = (found: FoundInText | undefined) => ({
  title: (found?.title ?? []).map(({ text, found: is }) => (is ? `[${text}]` : text)).join(''),
  fields: (found?.fields ?? []).map(
    ({ label, value }) => `${label} : ${value.map(({ text, found: is }) => (is ? `[${text}]` : text)).join('')}`,
  ),
})

describe('la recherche dans toutes les entités', () => {
  test('trouve dans la sienne et dessous, le titre avant le reste, jamais chez les voisins', async () => {
    expect(await titles('école')).toEqual(['Subvention à l’école maternelle', 'Divers'])
    expect(await titles('marché')).toEqual(['Marché de la halle'])
    expect((await titles('école', { who: admin })).toSorted()).toEqual([
      'Divers',
      'Subvention à l’école maternelle',
      'École des voisins',
    ])
  })

  test('ne trouve que dans les flux que l’on peut lire', async () => {
    expect(await titles('école', { who: await person(ville, 'autre') })).toEqual([])
  })

  test('se limite à une branche, et à ce que permet un jeton', async () => {
    expect(await titles('école', { who: admin, branch: voisine })).toEqual(['École des voisins'])
    expect(await titles('école', { branch: voisine })).toEqual([])
    expect(await titles('halle', { branch: service })).toEqual(['Marché de la halle'])
    const token = (entities: readonly string[]): Scope => ({ entities, readOnly: true })
    expect(await titles('halle', { scope: token([service]) })).toEqual(['Marché de la halle'])
    expect(await titles('école', { scope: token([service]) })).toEqual([])
    expect(await titles('école', { scope: token([voisine]) })).toEqual([])
    expect(await titles('halle', { scope: { flows: ['autre-flux'], readOnly: false } })).toEqual([])
  })

  test.each([
    ['écoles maternelles', 'Subvention à l’[école] [maternelle]', []],
    ['subv', '[Subvention] à l’école maternelle', []],
    ['2026_del', 'Subvention à l’école maternelle', ['Numéro : [2026]_[DEL]_014']],
    ['TX-9931', 'Marché de la halle', ['Numéro du dossier : [TX]-[9931]']],
    ['HALLES', 'Marché de la [halle]', []],
  ])('montre ce qui répond à « %s »', async (text, title, fields) => {
    expect(marked((await search(text)).items[0])).toEqual({ title, fields })
  })

  test('ne trouve rien, et le dit, quand il n’y a que des signes', async () => {
    expect(await search('%% ::')).toMatchObject({ items: [], next: null })
    await expect(search('école', { after: 'n’importe quoi' })).rejects.toMatchObject({ code: 'requete_invalide' })
  })

  test('retrouve une valeur de plus de 500 caractères par ses derniers mots', async () => {
    await add(service, 'Liste', { numero: `${'x '.repeat(400)}DERNIER` })
    expect(await titles('dernier')).toEqual(['Liste'])
  })

  test('va page par page, sans doublon ni oubli', async () => {
    for (let n = 0; n < 7; n++) await add(service, `Parking ${'parking '.repeat(n % 3)}${n}`, {}, n)
    const seen: string[] = []
    let after: string | undefined
    do {
      const page = await search('parking', { limit: 3, ...(after === undefined ? {} : { after }) })
      seen.push(...page.items.map(({ document }) => document.title))
      after = page.next ?? undefined
    } while (after !== undefined)
    expect(seen).toHaveLength(7)
    expect(new Set(seen).size).toBe(7)
  })
})

describe('parmi 20 000 documents', () => {
  const ENTITIES = 60
  let agentOfOne: string
  let first: string

  beforeAll(async () => {
    const branch = await town(database.knex, 'Agglomération')
    await database.knex.raw(
      `insert into entities (name, kind, parent_id) select 'Commune ' || n, 'collectivite', ? from generate_series(1, ${ENTITIES}) n`,
      [branch],
    )
    first = (await database.knex('entities').where('name', 'Commune 1').first<{ id: string }>('id')).id
    agentOfOne = await person(first)
    await database.knex.raw(
      `with communes as (select array_agg(id order by id) as ids from entities where parent_id = ?)
       insert into documents (entity_id, id, flow_id, flow_version, title, state, state_since, version, data, trail, created_at, updated_at, search)
       select ids[1 + n % ${ENTITIES}], 'masse' || n, 'deliberation', 1, t.title, 'brouillon', t.at, 1, '{}', '[]', t.at, t.at,
         to_tsvector('simple', t.title)
       from communes, generate_series(1, 20000) n,
         lateral (select 'commun lot' || n % 2000 || ' piece' || n as title, timestamptz '2025-01-01' + n * interval '1 minute' as at) t`,
      [branch],
    )
    await database.knex.raw('analyze documents')
  })

  /** What PostgreSQL reads for the statements that `work` sends: rows, those it throws away included, and its plans. */
  const reading = async (work: () => Promise<unknown>, settings = 'set local enable_seqscan = on') => {
    const sent: (readonly [string, readonly unknown[]])[] = []
    const keep = ({ sql, bindings }: { readonly sql: string; readonly bindings?: readonly unknown[] }) => {
      if (sql.includes('d.search @@')) sent.push([sql.replaceAll(/\$\d+/gu, '?'), bindings ?? []])
    }
    database.knex.on('query', keep)
    await work()
    database.knex.off('query', keep)
    let rows = 0
    let plans = ''
    for (const [sql, bindings] of sent) {
      const explained = await database.knex.transaction(async trx => {
        await trx.raw(settings)
        return trx.raw<{ rows: { 'QUERY PLAN': string }[] }>(`explain analyze ${sql}`, bindings as never)
      })
      const plan = explained.rows.map(each => each['QUERY PLAN']).join('\n')
      for (const [, read, loops] of plan.matchAll(/documents d .*actual .*rows=([\d.]+) loops=(\d+)/gu))
        rows += Number(read) * Number(loops)
      for (const [, removed] of plan.matchAll(/Rows Removed by Filter: (\d+)/gu)) rows += Number(removed)
      plans += plan
    }
    return { rows, plans }
  }

  test('un mot rare se cherche partout dans l’index du texte', async () => {
    // A table this small is read whole as fast: PostgreSQL is told not to.
    const { rows, plans } = await reading(() => search('lot42', { who: admin }), 'set local enable_seqscan = off')
    expect(plans).toContain('documents_search')
    expect(rows).toBeLessThan(500)
  })

  test.each([
    ['un mot que tous ont, partout', () => search('commun', { who: admin })],
    ['un numéro, dans une commune', () => search('piece60', { who: agentOfOne })],
    ['un mot que tous ont, dans une commune', () => search('commun', { who: agentOfOne })],
  ])('%s ne fait pas lire tous les documents', async (_what, work) => {
    expect((await reading(work)).rows).toBeLessThan(3_000)
  })

  test('les plus récents viennent d’abord quand il y en a trop pour les comparer', async () => {
    const page = await search('commun', { who: admin, limit: 2 })
    expect(page.byDate).toBe(true)
    expect(page.items.map(({ document }) => document.id)).toEqual(['masse20000', 'masse19999'])
    const next = await search('commun', { who: admin, limit: 1, after: page.next ?? '' })
    expect(next.items.map(({ document }) => document.id)).toEqual(['masse19998'])
  })
})

import { afterAll, beforeAll, expect, test } from 'vitest'
import { testDatabase, type TestDatabase } from '../testing/database.ts'
import { createEntity, getEntity, moveEntity, sirenOf, updateEntity } from './entities.ts'
import { EntityModel, lineOf } from './model.ts'

let database: TestDatabase
let db: TestDatabase['knex']
beforeAll(async () => {
  database = await testDatabase()
  db = database.knex
})
afterAll(() => database.close())

test('la racine existe d’avance, et ne se déplace pas', async () => {
  expect(await getEntity(db, '0')).toMatchObject({ name: 'Entité racine', parentId: null, path: '/' })
  const { id } = await createEntity(db, { name: 'Ville' })
  await expect(db.transaction(trx => moveEntity(trx, '0', id))).rejects.toMatchObject({ code: 'conflit' })
})

test('le chemin dit la lignée', async () => {
  const mother = await createEntity(db, { name: 'Mère' })
  const child = await createEntity(db, { name: 'Fille', parentId: mother.id })
  expect(child.path).toBe(`/${mother.id}/${child.id}/`)
  expect(lineOf(child.path)).toEqual(['0', mother.id, child.id])
})

test('une entité ne passe pas sous l’une de ses filles', async () => {
  const mother = await createEntity(db, { name: 'Mère' })
  const child = await createEntity(db, { name: 'Fille', parentId: mother.id })
  await expect(db.transaction(trx => moveEntity(trx, mother.id, child.id))).rejects.toMatchObject({ code: 'conflit' })
})

test('deux déplacements croisés au même instant ne font pas une boucle', async () => {
  const one = await createEntity(db, { name: 'Une' })
  const two = await createEntity(db, { name: 'Deux' })
  const results = await Promise.allSettled([
    db.transaction(trx => moveEntity(trx, one.id, two.id)),
    db.transaction(trx => moveEntity(trx, two.id, one.id)),
  ])
  expect(results.map(each => each.status).sort()).toEqual(['fulfilled', 'rejected'])
  const depths = (await EntityModel.query(db).findByIds([one.id, two.id])).map(each => lineOf(each.path).length)
  expect(depths.sort()).toEqual([2, 3])
})

test('rien ne se crée sous une entité inactive', async () => {
  const { id } = await createEntity(db, { name: 'Dissoute' })
  await updateEntity(db, id, { active: false })
  await expect(createEntity(db, { name: 'Fille', parentId: id })).rejects.toMatchObject({ code: 'entite_inactive' })
})

test('le SIREN est vérifié, et hérité du plus proche ancêtre qui en a un', async () => {
  await expect(createEntity(db, { name: 'Ville', siren: '123456789' })).rejects.toMatchObject({
    fields: [{ field: 'siren' }],
  })
  const town = await createEntity(db, { name: 'Ville', siren: '214 401 093' })
  const service = await createEntity(db, { name: 'Service', kind: 'service', parentId: town.id })
  expect(town.siren).toBe('214401093')
  expect(await sirenOf(db, service.id)).toBe('214401093')
})

test('changer le nom laisse le SIREN en place', async () => {
  const town = await createEntity(db, { name: 'Ville', siren: '214401093' })
  expect(await updateEntity(db, town.id, { name: 'Ville nouvelle' })).toMatchObject({
    name: 'Ville nouvelle',
    siren: '214401093',
  })
})

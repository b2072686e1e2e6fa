import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createEntity, moveEntity } from '../entities/entities.ts'
import { visibleEntities } from '../entities/scope.ts'
import { testDatabase, type TestDatabase } from '../testing/database.ts'
import { ApiTokenModel, SessionModel } from './model.ts'
import { may, rightsCatalogue, rightsOf, spelledOut } from './rights.ts'
import { checkMayGrant, grantRole, revokeRole, saveRole } from './roles.ts'
import { callerOfSession, closeSession, forgetEndedSessions, openSession } from './sessions.ts'
import { createSignIn } from './sign-in.ts'
import { createThrottle } from './throttle.ts'
import { callerOfToken, createToken, deleteToken } from './tokens.ts'
import { createUser, findUserByLogin, setPassword, setUserEnabled } from './users.ts'

const PASSWORD = 'Traverser-la-Loire-à-gué'
const NOW = new Date('2026-03-02T08:00:00Z')
const HOUR = 3_600_000
const later = (ms: number) => new Date(NOW.getTime() + ms)

let database: TestDatabase
let db: TestDatabase['knex']
let town: string
let service: string
let neighbour: string

beforeAll(async () => {
  database = await testDatabase()
  db = database.knex
  town = (await createEntity(db, { name: 'Ville', siren: '214401093' })).id
  service = (await createEntity(db, { name: 'Service des assemblées', kind: 'service', parentId: town })).id
  neighbour = (await createEntity(db, { name: 'Voisine' })).id
  await saveRole(db, { id: 'agent', label: 'Agent', rights: ['ls-actes:lecture', 'ls-actes:edition'] })
  await saveRole(db, { id: 'lecteur', label: 'Lecteur', rights: ['journal:lecture', 'entite:lecture'] })
  await saveRole(db, { id: 'admin', label: 'Administrateur', rights: ['*'] })
})
afterAll(() => database.close())

let count = 0
const someone = (options: { readonly password?: string; readonly login?: string } = {}) =>
  createUser(db, { login: options.login ?? `agent-${++count}`, entityId: town, ...options })

describe('les droits', () => {
  test('un rôle donné sur une entité vaut pour ses filles et pour elles seules', async () => {
    const { id } = await someone()
    await grantRole(db, { userId: id, entityId: town, roleId: 'agent' })
    expect([...(await rightsOf(db, { id }, service))].sort()).toEqual(['ls-actes:edition', 'ls-actes:lecture'])
    expect([...(await rightsOf(db, { id }, neighbour))]).toEqual([])
    expect([...(await rightsOf(db, { id }, '0'))]).toEqual([])
    expect((await visibleEntities(db, { id })).map(each => each.name)).toEqual(['Ville', 'Service des assemblées'])
    expect(await visibleEntities(db, { id }, 'journal:lecture')).toEqual([])
  })

  test('les rôles de plusieurs niveaux s’additionnent, celui de la racine vaut partout', async () => {
    const { id } = await someone()
    await grantRole(db, { userId: id, entityId: service, roleId: 'agent' })
    await grantRole(db, { userId: id, entityId: '0', roleId: 'lecteur' })
    expect([...(await rightsOf(db, { id }, service))].sort()).toEqual([
      'entite:lecture',
      'journal:lecture',
      'ls-actes:edition',
      'ls-actes:lecture',
    ])
    expect(may(await rightsOf(db, { id }, neighbour), 'journal:lecture')).toBe(true)
    expect((await visibleEntities(db, { id }, 'ls-actes:lecture')).map(each => each.id)).toEqual([service])
    await revokeRole(db, { userId: id, entityId: '0', roleId: 'lecteur' })
    expect([...(await rightsOf(db, { id }, neighbour))]).toEqual([])
  })

  test('« * » vaut tout droit, ceux des flux installés ensuite compris', async () => {
    const { id } = await someone()
    await grantRole(db, { userId: id, entityId: '0', roleId: 'admin' })
    const rights = await rightsOf(db, { id }, service)
    expect(may(rights, 'flux-de-demain:teletransmettre')).toBe(true)
    expect(spelledOut(rights, ['a:b', 'c:d'])).toEqual(['a:b', 'c:d'])
  })

  test('une entité déplacée emporte ses droits, ses filles avec elle', async () => {
    const mother = (await createEntity(db, { name: 'Agglomération' })).id
    const other = (await createEntity(db, { name: 'Autre agglomération' })).id
    const child = (await createEntity(db, { name: 'Commune', parentId: mother })).id
    const grandchild = (await createEntity(db, { name: 'École', parentId: child })).id
    const [before, after] = [await someone(), await someone()]
    await grantRole(db, { userId: before.id, entityId: mother, roleId: 'agent' })
    await grantRole(db, { userId: after.id, entityId: other, roleId: 'agent' })
    await db.transaction(trx => moveEntity(trx, child, other))
    expect((await rightsOf(db, before, grandchild)).size).toBe(0)
    expect((await rightsOf(db, after, grandchild)).size).toBe(2)
  })

  test('on ne donne pas plus de droits que l’on n’en a sur cette entité', async () => {
    const grantor = await someone()
    await grantRole(db, { userId: grantor.id, entityId: town, roleId: 'agent' })
    await expect(checkMayGrant(db, grantor, { entityId: service, roleId: 'agent' })).resolves.toBeUndefined()
    await expect(checkMayGrant(db, grantor, { entityId: neighbour, roleId: 'agent' })).rejects.toMatchObject({
      code: 'droit_insuffisant',
    })
    await expect(checkMayGrant(db, grantor, { entityId: service, roleId: 'admin' })).rejects.toThrow()
  })

  test('le catalogue compte les droits que demandent les tâches d’un flux', () => {
    const task = (can?: string) => ({ definition: can === undefined ? {} : { can } })
    const flow = { id: 'ls-actes', tasks: { a: task('teletransmettre'), b: task(), c: task('teletransmettre') } }
    const catalogue = rightsCatalogue([flow as never])
    expect(catalogue.filter(right => right.startsWith('ls-actes'))).toEqual([
      'ls-actes:lecture',
      'ls-actes:edition',
      'ls-actes:teletransmettre',
    ])
  })
})

describe('les comptes', () => {
  test('l’identifiant est unique, quelle que soit la casse', async () => {
    await someone({ login: 'Élise.Martin' })
    await expect(someone({ login: 'élise.martin' })).rejects.toMatchObject({ code: 'saisie_invalide' })
    expect((await findUserByLogin(db, 'ÉLISE.MARTIN'))?.login).toBe('Élise.Martin')
  })

  test('un mot de passe faible est refusé au bon champ', async () => {
    await expect(someone({ password: 'azerty' })).rejects.toMatchObject({ fields: [{ field: 'password' }] })
  })

  test('changer de mot de passe ferme les sessions ouvertes', async () => {
    const { id } = await someone({ password: PASSWORD })
    const { key } = await openSession(db, id, { now: NOW, lifetime: HOUR })
    await setPassword(db, id, 'Un autre long mot de passe')
    expect(await callerOfSession(db, key, { now: NOW, lifetime: HOUR })).toBeUndefined()
  })
})

describe('les sessions et les jetons', () => {
  test('une session vit tant qu’on s’en sert, puis s’éteint', async () => {
    const { id } = await someone()
    const { key } = await openSession(db, id, { now: NOW, lifetime: HOUR })
    expect(await callerOfSession(db, key, { now: later(50 * 60_000), lifetime: HOUR })).toMatchObject({
      id,
      by: 'session',
    })
    expect(await callerOfSession(db, key, { now: later(100 * 60_000), lifetime: HOUR })).toMatchObject({ id })
    expect(await callerOfSession(db, key, { now: later(100 * 60_000 + HOUR), lifetime: HOUR })).toBeUndefined()
    expect(await forgetEndedSessions(db, later(24 * HOUR))).toBeGreaterThan(0)
  })

  test('se connecter de nouveau change de clef et ferme la session précédente', async () => {
    const { id } = await someone()
    const first = await openSession(db, id, { now: NOW, lifetime: HOUR })
    const second = await openSession(db, id, { now: NOW, lifetime: HOUR, replaces: first.key })
    expect(second.key).not.toBe(first.key)
    expect(await callerOfSession(db, first.key, { now: NOW, lifetime: HOUR })).toBeUndefined()
    await closeSession(db, second.key)
    expect(await callerOfSession(db, second.key, { now: NOW, lifetime: HOUR })).toBeUndefined()
  })

  test('la base ne contient ni la clef d’une session ni un jeton', async () => {
    const { id } = await someone()
    const { key } = await openSession(db, id, { now: NOW, lifetime: HOUR })
    const { token } = await createToken(db, { userId: id, name: 'GRC', now: NOW })
    const rows = JSON.stringify([
      await SessionModel.query(db).select(db.raw("encode(id_hash, 'escape') as id"), 'csrf'),
      await ApiTokenModel.query(db).select(db.raw("encode(hash, 'escape') as id"), 'name'),
    ])
    expect(rows).not.toContain(key)
    expect(rows).not.toContain(token)
  })

  test('un jeton vaut jusqu’à sa date, et tant qu’il n’est pas supprimé', async () => {
    const { id } = await someone()
    const made = await createToken(db, { userId: id, name: 'GRC', now: NOW, expiresAt: later(HOUR) })
    expect(await callerOfToken(db, made.token, NOW)).toMatchObject({ id, by: 'token' })
    expect(await callerOfToken(db, made.token, later(HOUR))).toBeUndefined()
    await deleteToken(db, { id: made.kept.id, userId: id })
    expect(await callerOfToken(db, made.token, NOW)).toBeUndefined()
  })

  test('désactiver un compte coupe aussitôt ses sessions et ses jetons', async () => {
    const { id } = await someone()
    const { key } = await openSession(db, id, { now: NOW, lifetime: HOUR })
    const { token } = await createToken(db, { userId: id, name: 'GRC', now: NOW })
    await setUserEnabled(db, id, 'disabled')
    expect(await callerOfSession(db, key, { now: NOW, lifetime: HOUR })).toBeUndefined()
    expect(await callerOfToken(db, token, NOW)).toBeUndefined()
  })
})

describe('la connexion', () => {
  const signIn = () => createSignIn({ db, throttle: createThrottle(db), clock: { now: () => NOW } })

  test('un compte inconnu, un mauvais mot de passe et un compte désactivé se ressemblent', async () => {
    const { id } = await someone({ login: 'coupé', password: PASSWORD })
    await someone({ login: 'connu', password: PASSWORD })
    await setUserEnabled(db, id, 'disabled')
    const answers = await Promise.all(
      [
        { login: 'inconnu', password: PASSWORD },
        { login: 'connu', password: 'autre' },
        { login: 'coupé', password: PASSWORD },
      ].map(each => signIn().withPassword(each, '192.0.2.1').then(String, String)),
    )
    expect(new Set(answers).size).toBe(1)
    expect(answers[0]).toContain('incorrect')
  })

  test('après cinq échecs, même le bon mot de passe attend, mais pas depuis une autre adresse', async () => {
    await someone({ login: 'visé', password: PASSWORD })
    const at = signIn()
    for (let n = 0; n < 5; n++)
      await expect(at.withPassword({ login: 'visé', password: `essai ${n}` }, '192.0.2.2')).rejects.toMatchObject({
        status: 401,
      })
    await expect(at.withPassword({ login: 'Visé', password: PASSWORD }, '192.0.2.2')).rejects.toMatchObject({
      code: 'trop_de_tentatives',
      detail: expect.stringMatching(/^Recommencez dans/u) as string,
    })
    expect((await at.withPassword({ login: 'visé', password: PASSWORD }, '192.0.2.3')).login).toBe('visé')
  })

  test('cinquante essais lancés ensemble ne gagnent pas un essai de plus', async () => {
    await someone({ login: 'rafale', password: PASSWORD })
    const at = signIn()
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        at
          .withPassword({ login: 'rafale', password: `essai ${n}` }, '192.0.2.4')
          .catch((error: { status: number }) => error.status),
      ),
    )
    expect(answers.filter(status => status === 401)).toHaveLength(5)
    expect(answers.filter(status => status === 429)).toHaveLength(45)
  })

  test('de nombreuses adresses n’obtiennent pas plus de vingt essais sur un identifiant', async () => {
    await someone({ login: 'botnet', password: PASSWORD })
    const at = signIn()
    const answers: unknown[] = []
    for (let n = 0; n < 22; n++)
      answers.push(
        await at
          .withPassword({ login: 'botnet', password: `essai ${n}` }, `198.51.100.${n}`)
          .catch((error: { status: number }) => error.status),
      )
    expect(answers.filter(status => status === 429)).toHaveLength(2)
  })

  test('un programme qui commence par vingt appels simultanés n’est pas pris pour un voleur', async () => {
    await someone({ login: 'programme', password: PASSWORD })
    const at = signIn()
    const callers = await Promise.all(
      Array.from({ length: 20 }, () => at.withBasic({ login: 'programme', password: PASSWORD }, '192.0.2.5')),
    )
    expect(new Set(callers.map(each => each.login))).toEqual(new Set(['programme']))
  })

  test('un mot de passe retenu ne survit ni au changement de mot de passe ni à la désactivation', async () => {
    const { id } = await someone({ login: 'retenu', password: PASSWORD })
    const at = signIn()
    const basic = { login: 'retenu', password: PASSWORD }
    await at.withBasic(basic, '192.0.2.6')
    await setPassword(db, id, 'Un autre long mot de passe')
    await expect(at.withBasic(basic, '192.0.2.6')).rejects.toMatchObject({ status: 401 })
    await at.withBasic({ login: 'retenu', password: 'Un autre long mot de passe' }, '192.0.2.6')
    await setUserEnabled(db, id, 'disabled')
    await expect(
      at.withBasic({ login: 'retenu', password: 'Un autre long mot de passe' }, '192.0.2.6'),
    ).rejects.toMatchObject({
      status: 401,
    })
  })
})

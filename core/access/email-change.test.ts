import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { deliberationFlow as flow, newDocument, NOW, testStore, town } from '../documents/documents.fixture.ts'
import { settle } from '../engine/settle.ts'
import { ROOT } from '../entities/model.ts'
import { journalEvents } from '../journal/events.ts'
import { testDatabase, type TestDatabase } from '../testing/database.ts'
import { grantRole, saveRole } from './roles.ts'
import { createUser, findUser } from './users.ts'

let database: TestDatabase
let here: string
let rank = 0
beforeAll(async () => {
  database = await testDatabase()
  await saveRole(database.knex, { id: 'admin', label: 'Administrateur', rights: ['*'] })
})
afterAll(() => database.close())
beforeEach(async () => {
  here = await town(database.knex)
})

const account = async ({ entityId = here, admin = false } = {}) => {
  const login = `personne${++rank}`
  const user = await createUser(database.knex, { login, email: `${login}@ville.example`, entityId })
  if (admin) await grantRole(database.knex, { userId: user.id, entityId, roleId: 'admin' })
  return user
}

/** A document whose task decides that this account has this address; `by` asked for it. */
const decide = async (by: string, login: string, email: string) => {
  const store = testStore(database.knex)
  const created = await store.create(newDocument(here))
  const { document: sent } = settle(flow, created, { is: 'sent', by }, NOW)
  const due = { ...sent, due: { task: 'visa.envoyer', at: NOW, tries: 0, failures: 0, by } }
  const stored = await store.commit({ document: due, entries: [], wakeUp: null }, created.version)
  const outcome = { outcome: 'goto', state: 'envoye', values: {}, account: { login, email } } as const
  const move = settle(flow, stored, { is: 'answered', task: 'visa.envoyer', outcome }, NOW)
  return { commit: store.commit(move, stored.version), reload: () => store.load(here, stored.id), id: stored.id }
}
const addressOf = async (id: string) => (await findUser(database.knex, id))?.email

test('le compte change d’adresse avec le document, et le journal de la racine dit qui l’a décidé', async () => {
  const admin = await account({ admin: true })
  const { id, login } = await account()
  const { commit, reload, id: documentId } = await decide(admin.id, login, 'nouvelle@ville.example')
  await commit
  expect([await addressOf(id), (await reload())?.state]).toEqual(['nouvelle@ville.example', 'visa.envoye'])
  const events = await journalEvents(database.knex, { entityId: ROOT }, { order: 'newest', limit: 10 })
  const line = events.find(each => each.message.includes(documentId))
  expect(line).toMatchObject({ event: 'compte.modification', authorId: admin.id })
  expect(line?.message).toContain(`Compte « ${login} » (n° ${id}) modifié`)
})

test.each([
  ['une adresse déjà prise, à la casse près', /déjà celle d'un autre compte/u],
  ['un compte que gère une autre entité', /n'est géré par cette entité/u],
  ['un compte qui n’existe pas', /n'est géré par cette entité/u],
  ['un compte aux droits plus grands que ceux de qui accepte', /a des droits que/u],
])('%s : ni le compte ni le document ne changent', async (what, refusal) => {
  const isStrong = what.includes('plus grands')
  const decider = await account({ admin: !isStrong })
  const elsewhere = what.includes('autre entité') ? await town(database.knex, 'Voisine') : here
  const { id, login, email } = await account({ entityId: elsewhere, admin: isStrong })
  const other = await account()
  const wanted = what.includes('déjà prise') ? (other.email ?? '').toUpperCase() : 'libre@ville.example'
  const { commit, reload } = await decide(decider.id, what.includes('existe pas') ? 'personne' : login, wanted)
  await expect(commit).rejects.toThrow(refusal)
  expect([await addressOf(id), (await reload())?.state]).toEqual([email, 'visa.aEnvoyer'])
})

test('de deux demandes de la même adresse au même moment, une seule est acceptée', async () => {
  const admin = await account({ admin: true })
  const [one, two] = [await account(), await account()]
  const decisions = await Promise.all([one, two].map(({ login }) => decide(admin.id, login, 'unique@ville.example')))
  const results = await Promise.allSettled(decisions.map(each => each.commit))
  expect(results.map(each => each.status).toSorted()).toEqual(['fulfilled', 'rejected'])
})

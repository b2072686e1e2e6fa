import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Fault, Faults } from '../../core/testing/simulator.ts'
import { startTestTown, type TestTown } from './town.fixture.ts'

let town: TestTown

beforeAll(async () => {
  town = await startTestTown({ progress: 150 })
}, 120_000)
afterAll(() => town[Symbol.asyncDispose]())

let sent = 0
const numero = () => `W${Date.now().toString(36).toUpperCase()}${(sent += 1)}`

const counts = () => {
  const { parapheur, tdt, ged, sae } = town.remotes
  return [parapheur.count('lancé'), tdt.count('acte'), ged.count('dépôt'), sae.count('transfert')]
}
const once = (before: readonly number[]) => before.map(count => count + 1)

/** Each remote, and its request that makes something happen there. */
const REMOTES: readonly (readonly [string, (town: TestTown) => Faults, RegExp])[] = [
  ['le parapheur', ({ remotes }) => remotes.parapheur.faults, /^POST .*\/folder/u],
  ['le TdT', ({ remotes }) => remotes.tdt.faults, /^POST .*actes_transac_create/u],
  ['le SAE', ({ remotes }) => remotes.sae.faults, /^POST .*sedaMessages/u],
]

const FAULTS: readonly Fault[] = [
  { kind: 'status', status: 500 },
  { kind: 'cutBefore' },
  { kind: 'cutAfter' },
  { kind: 'garbage' },
]

describe('un partenaire en panne', () => {
  // Twelve actes at once, one for each way of failing at each remote: they wait together instead of one after the other.
  test('répond 500, coupe avant ou après avoir accepté, répond n’importe quoi : chaque acte arrive au bout, et rien n’est envoyé deux fois', async () => {
    const before = counts()
    for (const [, faultsOf, sending] of REMOTES) for (const fault of FAULTS) faultsOf(town).plan(fault, { on: sending })
    const documents = []
    while (documents.length < REMOTES.length * FAULTS.length) documents.push(await town.send(numero()))
    const arrived = await Promise.all(documents.map(document => town.reaches(document, ['termine'], 150_000)))
    expect(counts()).toEqual(before.map(count => count + documents.length))
    const lines = (await Promise.all(arrived.map(town.journal))).flat()
    expect(lines.filter(line => /stack|undefined|\bError\b|ECONN/u.test(line))).toEqual([])
    expect(lines).toContainEqual(expect.stringMatching(/retrouvé/u))
  }, 180_000)

  test('arrêté un moment, il fait attendre le document, dont la page le dit', async () => {
    const before = counts()
    town.remotes.parapheur.faults.goDown()
    const document = await town.send(numero())
    await expect
      .poll(async () => (await town.get(document)).message, { timeout: 30_000 })
      .toMatch(/parapheur|connexion/iu)
    expect((await town.get(document)).state).toBe('signature.aEnvoyer')
    town.remotes.parapheur.faults.clear()
    await town.reaches(document, ['termine'], 120_000)
    expect(counts()).toEqual(once(before))
  }, 150_000)
})

describe('un connecteur mal réglé', () => {
  test('un certificat refusé suspend le connecteur et non le document, qui repart quand il est corrigé', async () => {
    const { hub, remotes, town: where } = town
    const { connectors } = hub.cradle
    const acting = { entityId: where.entityId, userId: where.adminId }
    const [instance] = (await connectors.list(where.entityId)).filter(each => each.connector === 's2low')
    const right = remotes.all.find(each => each.connector === 's2low')?.config ?? {}
    if (!instance) throw new Error('no instance')
    await connectors.update(acting, instance.id, { config: { certificatMotDePasse: 'un autre mot de passe' } })
    const before = counts()
    const document = await town.send(numero()).catch((error: Error) => error)
    if (document instanceof Error) throw document
    const waiting = await town.reaches(document, ['tdtActes.aEnvoyer'])
    await expect.poll(async () => (await town.get(waiting)).waitingFor, { timeout: 20_000 }).toBe(instance.id)
    expect((await connectors.view(where.entityId, instance.id)).status).toBe('suspended')
    expect((await town.get(waiting)).message).toContain('est suspendu')
    await connectors.update(acting, instance.id, { config: right })
    expect(await connectors.test(acting, instance.id)).toMatchObject({ ok: true })
    await connectors.resume(acting, instance.id)
    await town.reaches(document, ['termine'])
    expect(counts()).toEqual(once(before))
  }, 120_000)
})

describe('deux personnes sur le même document', () => {
  test('la première gagne, la seconde reçoit un 409 et une phrase', async () => {
    const { documents } = town.hub.cradle
    const { entityId, agentId } = town.town
    const created = await documents.create({ entityId, flow: 'ls-actes', by: agentId, values: { objet: 'À deux' } })
    const where = { entityId, documentId: created.id, by: agentId, version: created.version }
    const results = await Promise.allSettled([
      documents.edit({ ...where, values: { objet: 'La première' } }),
      documents.edit({ ...where, values: { objet: 'La seconde' } }),
    ])
    expect(results.filter(each => each.status === 'fulfilled')).toHaveLength(1)
    const lost = results.find(each => each.status === 'rejected')
    expect(lost?.reason).toMatchObject({ status: 409, code: 'document_deja_modifie' })
    expect(String(lost?.reason)).toContain('modifié entre-temps')
  })
})

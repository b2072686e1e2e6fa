import { Agent, fetch } from 'undici'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestTown, type TestTown } from './town.fixture.ts'

let town: TestTown
beforeAll(async () => {
  town = await startTestTown({ progress: 100 })
}, 120_000)
afterAll(() => town[Symbol.asyncDispose]())

test('une lettre de la préfecture rejoint son acte, une fois, puis est marquée lue au TdT', async () => {
  const { hub, remotes, town: where } = town
  const document = await town.reaches(await town.send('PREF1'), ['termine'])
  const [instance] = (await hub.cradle.connectors.list(where.entityId)).filter(each => each.connector === 's2low')
  const acting = { entityId: where.entityId, userId: where.adminId }
  remotes.tdt.prefectureLetter(4, { about: String(document.data['tdtActes.transactionId']) })
  // Of another software of the same town: it stays unread for whoever knows it.
  remotes.tdt.prefectureLetter(2)
  expect(remotes.tdt.count('courrier non lu')).toBe(2)
  const { message } = await hub.cradle.connectors.run(acting, instance?.id ?? '', 'courriers')
  expect(message).toBe("1 courrier rattaché à son acte, 1 laissé non lu sur S²LOW, faute d'acte correspondant ici.")
  await hub.cradle.connectors.run(acting, instance?.id ?? '', 'courriers')
  const after = await town.get(document)
  expect(after.state).toBe('termine')
  expect(after.data['tdtActes.courriers']).toHaveLength(2)
  expect((await town.journal(document)).at(-1)).toMatch(/préfecture|courrier|lettre/iu)
  expect(remotes.tdt.count('courrier non lu')).toBe(1)
}, 90_000)

test("un administrateur force un état : c'est au journal, et la tâche du nouvel état part", async () => {
  const { documents } = town.hub.cradle
  const sent = await town.reaches(await town.send('FORCE1'), ['termine'])
  const change = { entityId: sent.entityId, documentId: sent.id, by: town.town.adminId }
  await documents.force({ ...change, state: 'sae.aGenerer', reason: 'Nouvel archivage demandé par le service' })
  await town.reaches(sent, ['sae.genere', 'sae.envoye', 'sae.arRecu', 'sae.accepte'])
  const arrived = await town.reaches(sent, ['termine'])
  expect(await town.journal(arrived)).toContain(
    'État forcé par un administrateur : Nouvel archivage demandé par le service',
  )
  expect(town.remotes.sae.count('transfert')).toBe(3)
}, 90_000)

test('un agent ordonne la télétransmission avec son propre certificat, depuis la page de l’acte', async () => {
  const { hub, remotes, town: where } = town
  const { connectors, links } = hub.cradle
  const acting = { entityId: where.entityId, userId: where.adminId }
  const tdt = (await connectors.list(where.entityId)).find(each => each.connector === 's2low')
  await connectors.update(acting, tdt?.id ?? '', { config: { ...tdt?.config, confirmation: true } })
  const waiting = await town.reaches(await town.send('CERTIF1'), ['tdtActes.aConfirmer'])

  const change = { entityId: waiting.entityId, documentId: waiting.id, by: where.agentId, version: waiting.version }
  const returnTo = 'http://passeur.example/retour'
  const address = await links.open({ ...change, link: 'tdtActes.confirmer', may: () => true, returnTo })
  expect((await town.journal(waiting)).join('\n')).not.toContain(address)

  const own = remotes.tdt.authority.issueClient('Camille MARTIN')
  const { certificate: ca } = remotes.tdt.authority
  const dispatcher = new Agent({ connect: { ca, cert: own.certificate, key: own.key } })
  const { status, headers } = await fetch(address, { dispatcher, redirect: 'manual' })
  await dispatcher.close()
  expect([status, headers.get('location')]).toEqual([302, expect.stringContaining(returnTo)])
  await connectors.update(acting, tdt?.id ?? '', { config: { ...tdt?.config, confirmation: false } })
  await town.reaches(waiting, ['termine'])
}, 90_000)

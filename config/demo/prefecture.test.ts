import { Agent, fetch } from 'undici'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { relativesOf } from '../../core/documents/kin.ts'
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
  remotes.tdt.prefectureLetter(2)
  expect(remotes.tdt.count('courrier non lu')).toBe(2)
  const { message } = await hub.cradle.connectors.run(acting, instance?.id ?? '', 'courriers')
  expect(message).toBe("1 courrier rattaché à son acte, 1 sans acte correspondant ici, dans l'entité de ce connecteur.")
  await hub.cradle.connectors.run(acting, instance?.id ?? '', 'courriers')
  const after = await town.get(document)
  expect(after.state).toBe('termine')
  expect(after.data['tdtActes.courriers']).toHaveLength(2)
  expect((await town.journal(document)).at(-1)).toMatch(/préfecture|courrier|lettre/iu)
  expect(remotes.tdt.count('courrier non lu')).toBe(0)
}, 90_000)

test("l'agent répond à une lettre d'observations depuis le document lié à l'acte, et la préfecture en accuse réception", async () => {
  const { hub, remotes, town: where } = town
  const { connectors, db, documents, files } = hub.cradle
  const acte = await town.reaches(await town.send('PREF2'), ['termine'])
  const [instance] = (await connectors.list(where.entityId)).filter(each => each.connector === 's2low')
  const letterId = remotes.tdt.prefectureLetter(4, { about: String(acte.data['tdtActes.transactionId']) })
  await connectors.run({ entityId: where.entityId, userId: where.adminId }, instance?.id ?? '', 'courriers')

  const relatives = await relativesOf(db, { entityId: acte.entityId, documentId: acte.id })
  const letter = relatives.find(each => each.flow === 'actes-reponse-prefecture')
  if (!letter) throw new Error('no letter')
  expect(letter).toMatchObject({ label: "Lettre d'observations de la préfecture", entityId: acte.entityId })
  const waiting = await town.reaches({ ...acte, id: letter.id }, ['reponsePrefecture.attente'])
  // Everything that the connector delivers is taken: a value left out would be told in the journal.
  expect((await town.journal(waiting)).join(' ')).not.toMatch(/n'a pas été repris|non reprise/u)
  expect(waiting.data).toMatchObject({ courrier: letterId, type: '4', archive: { name: 'lettre_observation.tar.gz' } })
  expect(waiting.data['fichiers']).toHaveLength(2)

  const change = { entityId: waiting.entityId, documentId: waiting.id, by: where.agentId }
  await documents.act({ ...change, action: 'reponsePrefecture.repondre', may: () => true })
  await vi.waitFor(async () => expect((await town.get(waiting)).data['reponsePrefecture.repondre']).toBe(true), {
    timeout: 20_000,
  })
  const reponse = await files.save('%PDF-1.4\n% réponse\n%%EOF\n', 'reponse.pdf')
  const asked = { entityId: waiting.entityId, documentId: waiting.id, field: 'reponsePrefecture.typologieLettre' }
  const { choices } = await documents.choices({ ...asked, values: {} })
  const [type] = choices
  if (!type) throw new Error('no type')
  const { sha256, name } = reponse
  const types = [{ sha256, name, value: type.value, label: type.label }]
  await documents.putFile({ ...change, field: 'reponsePrefecture.reponse', file: reponse })
  await documents.edit({ ...change, values: { 'reponsePrefecture.typologieLettre': types } })
  await documents.act({ ...change, action: 'reponsePrefecture.envoyer', may: () => true })
  const sent = await town.reaches(waiting, ['reponsePrefecture.envoye', 'termine'])
  remotes.tdt.acknowledge(String(sent.data['reponsePrefecture.reponseId']))
  const over = await town.reaches(waiting, ['termine'])
  expect(over.data['reponsePrefecture.ar']).toMatchObject({ name: 'PREF2-ar-lettre_observation.xml' })
  expect(remotes.tdt.transactions.at(-1)).toMatchObject({ type: 4, answer: 'sending', related: Number(letterId) })
}, 90_000)

test("un administrateur force un état : c'est au journal, et la tâche du nouvel état part", async () => {
  const { documents } = town.hub.cradle
  const sent = await town.reaches(await town.send('FORCE1'), ['termine'])
  const archived = town.remotes.sae.count('transfert')
  const change = { entityId: sent.entityId, documentId: sent.id, by: town.town.adminId }
  await documents.force({ ...change, state: 'sae.aGenerer', reason: 'Nouvel archivage demandé par le service' })
  await town.reaches(sent, ['sae.genere', 'sae.envoye', 'sae.arRecu', 'sae.accepte'])
  const arrived = await town.reaches(sent, ['termine'])
  expect(await town.journal(arrived)).toContain(
    'État forcé par un administrateur : Nouvel archivage demandé par le service',
  )
  expect(town.remotes.sae.count('transfert')).toBe(archived + 1)
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

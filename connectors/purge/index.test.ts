import { afterAll, beforeAll, expect, test } from 'vitest'
import { HUB_PASSWORD, startWholeHub, type WholeHub } from '#core/conformance'
import { connectForTest } from '#core/testing'
import purge from './index.ts'

let whole: WholeHub
beforeAll(async () => void (whole = await startWholeHub()))
afterAll(() => whole[Symbol.asyncDispose]())

/** Documents of earlier tests are in other states, or in other entities. */
const finished = async (entityId: string, objet: string, state = 'termine') => {
  const { documents } = whole.hub.cradle
  const by = whole.users.admin
  const { id } = await documents.create({ entityId, flow: 'ls-actes', values: { objet }, by })
  await documents.force({ entityId, documentId: id, state, reason: 'Essai', by })
  return id
}
const exists = async (entityId: string, id: string) => (await whole.hub.cradle.store.load(entityId, id)) !== undefined

const SETTINGS = { actif: true, flux: 'ls-actes', etat: 'termine', jours: 0, action: 'supprimer', aBlanc: false }

const instance = async (entityId: string, config: object = {}) => {
  const acting = { entityId, userId: whole.users.admin }
  const { connectors } = whole.hub.cradle
  const settings = { ...SETTINGS, ...config }
  const { id } = await connectors.create(acting, { connector: 'purge', label: 'Purge annuelle', config: settings })
  return {
    id,
    run: async (schedule = 'traiter') => (await connectors.run(acting, id, schedule)).message,
    test: async () => (await connectors.test(acting, id)).message,
    change: (changes: object) => connectors.update(acting, id, { config: { ...changes } }),
  }
}

const asked = (path: string, login: string) =>
  fetch(`${whole.origin}${path}`, {
    headers: { authorization: `Basic ${Buffer.from(`${login}:${HUB_PASSWORD}`).toString('base64')}` },
  })

test('sans action choisie, ou sans connaître l’état, ne s’enregistre pas ou ne fait rien', async () => {
  const { connectors } = whole.hub.cradle
  const { action: _, ...without } = SETTINGS
  const acting = { entityId: whole.town, userId: whole.users.admin }
  await expect(connectors.create(acting, { connector: 'purge', label: 'x', config: without })).rejects.toMatchObject({
    fields: [{ field: 'config.action' }],
  })
  const lost = await instance(whole.town, { etat: 'envolé' })
  expect(await lost.test()).toContain("L'état « envolé » n'existe pas dans le flux « Actes » : choisissez parmi")
  await expect(lost.run()).rejects.toThrow()
  expect(await (await instance(whole.town, { action: 'detruire' })).test()).toContain(
    "L'action « detruire » n'existe pas",
  )
})

test('est à blanc tant qu’on ne le décoche pas : dit ce qui serait fait, et ne change rien', async () => {
  const id = await finished(whole.town, '=HYPERLINK("x")')
  const { aBlanc: _, ...given } = SETTINGS
  const { connectors } = whole.hub.cradle
  const acting = { entityId: whole.town, userId: whole.users.admin }
  const made = await connectors.create(acting, { connector: 'purge', label: 'Purge', config: given })
  expect((await connectors.test(acting, made.id)).message).toBe(
    'Choisis maintenant : 1 dossier ; 100 au plus par passage. À blanc : rien ne sera changé.',
  )
  const { message } = await connectors.run(acting, made.id, 'traiter')
  expect(message).toContain("À blanc, rien n'a été changé : 1 dossier serait traité. Rapport : /api/v3/entites/")
  expect(await exists(whole.town, id)).toBe(true)

  const address = message.split('Rapport : ')[1] ?? ''
  const report = await asked(address, 'agent')
  expect(report.headers.get('content-disposition')).toContain('purge-ls-actes-termine-')
  const text = await report.text()
  expect(text).toContain(`;${id};`)
  expect(text).toContain('Serait fait')
  expect(text).toContain(`'=HYPERLINK`)
  const list = (await (await asked(address.replace(/\/\d+$/u, ''), 'agent')).json()) as { items: unknown[] }
  expect(list.items).toHaveLength(1)
  expect((await asked(address, 'voisin')).status).toBe(404)
  expect(
    (await asked(address.replace(`/entites/${whole.town}/`, `/entites/${whole.neighbour}/`), 'voisin')).status,
  ).toBe(404)
  await whole.hub.cradle.documents.act({
    entityId: whole.town,
    documentId: id,
    by: undefined,
    action: 'supprimer',
    may: () => false,
  })
})

test('inactive, ne fait rien ; l’essai fonctionne', async () => {
  const id = await finished(whole.town, 'Gardé')
  const { run, test: check } = await instance(whole.town, { actif: false })
  expect(await run()).toContain('n’est pas actif')
  expect(await check()).toContain('n’est pas actif')
  expect(await run('essayer')).toContain('1 dossier serait traité')
  expect(await exists(whole.town, id)).toBe(true)
  expect(await (await instance(whole.town)).run()).toContain('1 dossier traité.')
})

test('supprime par lots, dans son entité seulement, et reprend où elle s’est arrêtée', async () => {
  const own: string[] = []
  for (const objet of ['Un', 'Deux', 'Trois']) own.push(await finished(whole.town, objet))
  const below = await finished(whole.service, 'Du service')
  const foreign = await finished(whole.neighbour, 'De la voisine')
  const left = async () => (await Promise.all(own.map(id => exists(whole.town, id)))).filter(Boolean).length

  const { run, id: instanceId, change } = await instance(whole.town, { parPassage: 2 })
  expect(await run()).toContain('2 dossiers traités. La suite se fera au prochain passage.')
  expect(await left()).toBe(1)
  expect(await run()).toContain('1 dossier traité.')
  expect(await left()).toBe(0)
  expect(await run()).toBe('Aucun dossier ne correspond.')
  expect([await exists(whole.service, below), await exists(whole.neighbour, foreign)]).toEqual([true, true])

  const line = await whole.hub.cradle
    .db('journal')
    .where({ documentId: own[0], event: 'suppression' })
    .first<{ authorId: string; authorName: string }>('authorId', 'authorName')
  expect(line).toEqual({ authorId: `connecteur:${instanceId}`, authorName: 'Purge annuelle' })

  await change({ filles: true })
  expect(await run()).toContain('1 dossier traité.')
  expect([await exists(whole.service, below), await exists(whole.neighbour, foreign)]).toEqual([false, true])
})

test('ne supprime rien de ce qui est parti et attend une réponse, et ne reste pas bloquée dessus', async () => {
  const sent = await finished(whole.town, 'Chez le parapheur', 'signature.envoye')
  const passed = await finished(whole.town, 'Revenu', 'signature.envoye')
  const by = whole.users.admin
  await whole.hub.cradle.documents.force({
    entityId: whole.town,
    documentId: passed,
    state: 'termine',
    reason: 'Essai',
    by,
  })
  const { run } = await instance(whole.town, { etat: 'signature.envoye', passage: 'GO_TROUGH_STATE', parPassage: 1 })
  const said = await run()
  expect(said).toContain(
    '1 dossier traité, 1 refusé (le premier : Action impossible : un document dans l’état'.replace('’', "'"),
  )
  expect([await exists(whole.town, sent), await exists(whole.town, passed)]).toEqual([true, false])
})

test('attend le nombre de jours, et respecte l’état exclu', async () => {
  const old = await finished(whole.town, 'Ancien')
  const spared = await finished(whole.town, 'Épargné', 'abandonne')
  const by = whole.users.admin
  await whole.hub.cradle.documents.force({
    entityId: whole.town,
    documentId: spared,
    state: 'termine',
    reason: 'Essai',
    by,
  })
  const { run } = await instance(whole.town, { jours: 30, exclu: 'abandonne' })
  expect(await run()).toBe('Aucun dossier ne correspond.')
  await whole.hub.cradle
    .db('documents')
    .whereIn('id', [old, spared])
    .update({ stateSince: new Date(Date.now() - 31 * 86_400_000) })
  expect(await run()).toContain('1 dossier traité')
  expect([await exists(whole.town, old), await exists(whole.town, spared)]).toEqual([false, true])
})

test('n’appelle personne : sans dossier, tout se dit quand même', async () => {
  await using connected = await connectForTest(purge, { ...SETTINGS, flux: 'ls-actes' })
  expect(await connected.connector.check()).toBe('Choisis maintenant : 0 dossier ; 100 au plus par passage.')
  expect(await connected.connector.entretien.concerned()).toEqual({ count: 0, exact: true })
})

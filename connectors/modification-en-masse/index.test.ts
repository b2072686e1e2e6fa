import { afterAll, beforeAll, expect, test } from 'vitest'
import { startWholeHub, type WholeHub } from '#core/conformance'
import { connectForTest } from '#core/testing'
import modification from './index.ts'

let whole: WholeHub
beforeAll(async () => void (whole = await startWholeHub()))
afterAll(() => whole[Symbol.asyncDispose]())

const draft = async (entityId: string, objet: string) => {
  const by = whole.users.admin
  return (await whole.hub.cradle.documents.create({ entityId, flow: 'ls-actes', values: { objet }, by })).id
}
const load = async (id: string, entityId = whole.town) => {
  const document = await whole.hub.cradle.store.load(entityId, id)
  if (!document) throw new Error('no document')
  return document
}

const SETTINGS = { actif: true, flux: 'ls-actes', etat: 'brouillon', jours: 0, aBlanc: false }

const instance = async (config: object) => {
  const acting = { entityId: whole.town, userId: whole.users.admin }
  const { connectors, reports } = whole.hub.cradle
  const { id } = await connectors.create(acting, {
    connector: 'modification-en-masse',
    label: 'Reprise des actes',
    config: { ...SETTINGS, ...config },
  })
  return {
    run: async (schedule = 'traiter') => (await connectors.run(acting, id, schedule)).message,
    test: async () => (await connectors.test(acting, id)).message,
    report: async () => {
      const [newest] = await reports.list(whole.town, id)
      return (await reports.read(whole.town, id, newest?.id ?? '0')).content
    },
  }
}

test('change les champs des dossiers choisis, au nom du connecteur, une seule fois', async () => {
  const id = await draft(whole.town, 'Avant')
  const foreign = await draft(whole.neighbour, 'Voisine')
  const { run } = await instance({ modification: 'objet: Après : la virgule\nenvoi_sae: oui' })
  expect(await run('essayer')).toContain('1 dossier serait traité')
  expect((await load(id)).title).toBe('Avant')
  expect(await run()).toContain('1 dossier traité.')
  const after = await load(id)
  expect(after.data).toMatchObject({ objet: 'Après : la virgule', envoiSae: true })
  const [last] = (await whole.hub.cradle.store.journal(after)).slice(-1)
  expect(last).toMatchObject({ message: 'Modifié : Objet, Archivage', author: 'Reprise des actes' })
  expect(await run()).toContain('0 dossier traité, 1 déjà à jour.')
  expect((await load(id)).version).toBe(after.version)
  expect((await load(foreign, whole.neighbour)).title).toBe('Voisine')
})

test('tout ou rien par dossier ; une action refusée après coup se dit', async () => {
  const id = await draft(whole.town, 'Incomplet')
  const { run, report } = await instance({ modification: 'objet: Corrigé', action: 'envoyer' })
  expect(await run()).toContain('refusé')
  expect(await load(id)).toMatchObject({ title: 'Corrigé', state: 'brouillon' })
  expect(await report()).toContain("Valeurs modifiées, mais l'action n'a pas été faite.")
  const wrong = await instance({ modification: `objet: ${'x'.repeat(600)}\nenvoi_depot: oui` })
  expect(await wrong.run()).toContain('refusé')
  expect((await load(id)).data['envoiDepot'] ?? false).toBe(false)
  expect(await wrong.report()).toContain('le maximum est 499')
})

test('après la modification, l’action part : le dossier suit son cheminement', async () => {
  const id = await draft(whole.town, 'Complet')
  const { documents, files } = whole.hub.cradle
  const file = await files.save('%PDF-1.7 acte', 'acte.pdf')
  const { version } = await load(id)
  const by = whole.users.admin
  await documents.putFile({ entityId: whole.town, documentId: id, version, field: 'arrete', file, by })
  const { run } = await instance({ modification: 'envoi_depot: oui', action: 'orientation', exclu: 'abandonne' })
  await run()
  expect((await load(id)).state).toBe('transformation.aTransformer')
})

test('un champ fermé laisse le dossier entier, action comprise', async () => {
  const id = await draft(whole.town, 'Fermé')
  const by = whole.users.admin
  const where = { entityId: whole.town, documentId: id }
  await whole.hub.cradle.documents.force({ ...where, state: 'signature.erreur', reason: 'Essai', by })
  const { run } = await instance({ etat: 'signature.erreur', modification: 'objet: Non', action: 'abandonner' })
  expect(await run()).toContain('ne peut pas être modifié')
  expect(await load(id)).toMatchObject({ title: 'Fermé', state: 'signature.erreur' })
})

test('un champ inconnu, une ligne sans deux-points, deux valeurs pour un champ sont nommés', async () => {
  const said = async (text: string) => (await instance({ modification: text })).test()
  expect(await said('rien: x')).toContain("Le champ « rien » n'existe pas dans le flux « Actes »")
  expect(await said('objet x')).toContain('La ligne « objet x » du réglage « Valeurs à modifier »')
  expect(await said('objet: x\nobjet: y')).toContain('deux valeurs au champ « objet »')
})

test('un dossier que rien n’attend : « Tester » compte, et le dit', async () => {
  await using connected = await connectForTest(modification, { ...SETTINGS, modification: 'objet: x' })
  expect(await connected.connector.check()).toContain('0 dossier ; 100 au plus')
})

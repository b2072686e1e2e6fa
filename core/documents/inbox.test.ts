import { Readable } from 'node:stream'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { files, longText, text } from '../authoring/fields.ts'
import { defineFlow } from '../authoring/flows.ts'
import { defineStep, wait, type AnyStep } from '../authoring/steps.ts'
import { connectorsHub, filledIn, SLOT, type ConnectorsHub } from '../connectors/service.fixture.ts'
import type { Inbox } from '../authoring/connectors.ts'
import { blank, settle } from '../engine/settle.ts'
import { createFlowRegistry } from '../flows/registry.ts'
import { verifyJournal } from '../journal/verify.ts'
import { testDatabase, type TestDatabase } from '../testing/database.ts'
import { acte, deliberationFlow as flow, newDocument, town } from './documents.fixture.ts'
import { createInbox } from './inbox.ts'
import { relativesOf } from './kin.ts'
import { listDocuments } from './list.ts'
import { createStore } from './store.ts'
import { testFlows } from './documents.fixture.ts'

let database: TestDatabase
let hub: ConnectorsHub
let ville: string
let service: string
let autre: string
let instanceId: string

beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.close())
beforeEach(async () => {
  hub = await connectorsHub(database.knex)
  ville = await town(database.knex, 'Ville')
  service = await town(database.knex, 'Service', ville)
  autre = await town(database.knex, 'Autre ville')
  instanceId = await associated(ville)
  return hub.close
})

const associated = async (entityId: string): Promise<string> => {
  const at = { entityId, userId: '1' }
  const { id } = await hub.connectors.create(at, { connector: 'parapheur-essai', label: 'Parapheur', config: filledIn })
  await hub.connectors.associate(at, { flow: flow.id, slot: SLOT, instanceId: id })
  return id
}

const letter = { sha256: 'c'.repeat(64), name: 'lettre.pdf', size: 9, type: 'application/pdf' }
const deliver = (externalId: string, values = { objet: 'Facture 12' }) =>
  hub.inbox({ instanceId, entityId: ville }).deliver({ flow: flow.id, externalId, values })
const attach = (about: string, externalId: string, sender = { instanceId, entityId: ville }) =>
  hub.inbox(sender).attach({ about, externalId, message: 'Courrier reçu.', files: [letter] })

/** A document at the parapheur, which gave it this number. */
const sent = async (entityId: string, dossierId: string) => {
  const document = await hub.store.create(newDocument(entityId))
  const { document: left } = settle(flow, document, { is: 'sent' }, hub.clock.now())
  const numbered = { is: 'edited', values: { 'visa.dossierId': dossierId }, what: 'Numéro' } as const
  return hub.store.commit(settle(flow, left, numbered, hub.clock.now()), 1)
}
const received = async (entityId: string, id: string) =>
  (await hub.store.load(entityId, id))?.data['visa.retours'] ?? []

describe('ce qu’un glaneur dépose', () => {
  test('fait un document, une seule fois, même trouvé deux fois en même temps', async () => {
    const results = await Promise.all([deliver('f1'), deliver('f1'), deliver('f1'), deliver('f2')])
    expect(results.toSorted()).toEqual(['created', 'created', 'known', 'known'])
    expect(await deliver('f1')).toBe('known')
    const { items } = await listDocuments(database.knex, testFlows, { entityId: ville, readable: [flow.id] })
    expect(items.map(({ title }) => title)).toEqual(['Facture 12', 'Facture 12'])
    expect((await verifyJournal(database.knex, ville)).broken).toEqual([])
  })

  test('va à l’entité que dit son SIREN, à partir de celle du connecteur, sinon y reste et son journal dit pourquoi', async () => {
    const siren = '213400005'
    await database.knex('entities').where('id', service).update({ siren })
    await database.knex('entities').where('id', autre).update({ siren: '213400013' })
    const inbox = hub.inbox({ instanceId, entityId: ville })
    const bring = (externalId: string, entity: { readonly siren: string }) =>
      inbox.deliver({ flow: flow.id, externalId, values: { objet: externalId }, entity })
    await bring('pour le service', { siren: `${siren}00017` })
    await bring('pour une autre ville', { siren: '213400013' })
    const titles = async (entityId: string) =>
      (await listDocuments(database.knex, testFlows, { entityId, readable: [flow.id] })).items.map(each => each.title)
    expect(await titles(service)).toEqual(['pour le service'])
    expect(await titles(autre)).toEqual([])
    expect(await titles(ville)).toEqual(['pour une autre ville'])
    const { items } = await listDocuments(database.knex, testFlows, { entityId: ville, readable: [flow.id] })
    const kept = await hub.store.load(ville, items[0]?.id ?? '')
    expect(kept && (await hub.store.journal(kept)).at(-1)?.message).toBe(
      "Aucune entité active de SIREN 213400013 ne peut le recevoir : il reste dans l'entité du connecteur.",
    )
  })

  test('se lie au document dont il parle, et va dans son entité ; sinon il reste où il serait allé', async () => {
    const subject = await sent(service, 'T-42')
    const label = { there: 'Courrier', here: 'Acte' }
    const inbox = hub.inbox({ instanceId, entityId: ville })
    const bring = (externalId: string, value: string) =>
      inbox.deliver({ flow: flow.id, externalId, values: { objet: externalId }, about: { value, label } })
    const relatives = () => relativesOf(database.knex, { entityId: service, documentId: subject.id })
    expect([await bring('réponse', 'T-42'), await bring('réponse', 'T-42')]).toEqual(['created', 'known'])
    expect(await relatives()).toMatchObject([{ label: 'Courrier', entityId: service, title: 'réponse' }])
    await bring('perdue', 'T-43')
    expect(await relatives()).toHaveLength(1)
    const { items } = await listDocuments(database.knex, testFlows, { entityId: ville, readable: [flow.id] })
    expect(items.map(each => each.title)).toEqual(['perdue'])
    // The number of another remote says nothing here.
    await hub.inbox({ instanceId: await associated(autre), entityId: autre }).deliver({
      flow: flow.id,
      externalId: 'étrangère',
      values: { objet: 'étrangère' },
      about: { value: 'T-42', label },
    })
    expect(await relatives()).toHaveLength(1)
  })

  test("n'est pas retenu comme connu quand le document n'a pas pu être rangé", async () => {
    const nowhere = hub.inbox({ instanceId, entityId: '999999' })
    await expect(nowhere.deliver({ flow: flow.id, externalId: 'f3', values: {} })).rejects.toThrow()
    expect(await deliver('f3')).toBe('created')
  })

  const received = async (found: Omit<Parameters<Inbox['deliver']>[0], 'flow' | 'externalId'>) => {
    await hub.inbox({ instanceId, entityId: ville }).deliver({ flow: flow.id, externalId: 'x', ...found })
    const { items } = await listDocuments(database.knex, testFlows, { entityId: ville, readable: [flow.id] })
    const document = await hub.store.load(ville, items[0]?.id ?? '')
    if (!document) throw new Error('no document')
    return { document, journal: (await hub.store.journal(document)).map(({ message }) => message) }
  }
  const complete = { objet: 'Subvention', acte, 'visa.circuit': '12' }

  test('est converti en ce que chaque champ attend, nom Pastell compris', async () => {
    const { document, journal } = await received({
      values: { titre_pastell: 'Subvention', annexes: acte, publier: 'Oui', 'visa.circuit': '12' },
      message: 'Relevé de « a.zip ».',
    })
    expect(document.data).toEqual({
      objet: 'Subvention',
      annexes: [acte],
      publier: true,
      'visa.circuit': { value: '12', label: '12' },
    })
    expect(journal).toEqual(['Relevé de « a.zip ».'])
  })

  test('laisse de côté, et le dit au journal, un champ inconnu, une valeur impossible, un champ que calcule une étape', async () => {
    const { document, journal } = await received({
      values: { objet: 'Subvention', inconnu: 'x', numero: 'a b', 'visa.dossierId': 'TX-1', publier: 'peut-être' },
    })
    expect(document.data).toEqual({ objet: 'Subvention' })
    expect(journal.slice(1)).toEqual([
      "Le champ « inconnu » n'existe pas dans « Délibération » : il n'a pas été repris.",
      'Valeur non reprise : Le numéro ne comporte pas d’espace.',
      "Le champ « visa.dossierId » n'existe pas dans « Délibération » : il n'a pas été repris.",
      'Valeur non reprise : « Publier » attend oui ou non (true ou false).',
    ])
  })

  test("valide, part avec l'action demandée, dans le même enregistrement", async () => {
    const { document, journal } = await received({ values: complete, then: { whenValid: 'orientation' } })
    expect(document.state).toBe('visa.aEnvoyer')
    expect(document.due?.task).toBe('visa.envoyer')
    expect(journal).toHaveLength(2)
  })

  test('incomplet, reste en brouillon et dit ce qui manque, sauf si une action est prévue pour ce cas', async () => {
    const { document } = await received({ values: { objet: 'x' }, then: { whenValid: 'envoyer' } })
    expect(document.state).toBe('brouillon')
    expect(document.message).toBe('Le formulaire est à compléter : Il manque le fichier « Acte » : le déposer.')
  })

  test("une action que sa garde refuse, ou qui n'existe pas, laisse le brouillon avec une phrase", async () => {
    const forced = await received({ values: { objet: 'x' }, then: { whenValid: 'envoyer', evenIfInvalid: true } })
    expect(forced.document.state).toBe('brouillon')
    expect(forced.document.message).toContain("L'action « envoyer » n'a pas été faite : le formulaire est incomplet")
    hub.clock.advance('1 min')
    await hub
      .inbox({ instanceId, entityId: ville })
      .deliver({ flow: flow.id, externalId: 'y', values: {}, then: { whenInvalid: 'fatal-error' } })
    const { items } = await listDocuments(database.knex, testFlows, { entityId: ville, readable: [flow.id] })
    const documents = await Promise.all(items.map(({ id }) => hub.store.load(ville, id)))
    expect(documents.map(each => each?.message)).toContainEqual(
      expect.stringContaining("L'action « fatal-error » n'existe pas dans « Délibération ».") as string,
    )
  })

  test("pour un flux absent n'est pas retenu, et `form` dit qu'il n'y en a pas", async () => {
    const inbox = hub.inbox({ instanceId, entityId: ville })
    await expect(inbox.deliver({ flow: 'absent', externalId: 'z', values: {} })).rejects.toThrow("n'est pas installé")
    expect(await inbox.form('absent')).toBeUndefined()
    expect(Object.keys((await inbox.form('deliberation'))?.fields ?? {})).toContain('visa.circuit')
  })
})

describe('un courrier', () => {
  test('rejoint le document dont il parle, une seule fois, avec une ligne de journal', async () => {
    const { id } = await sent(service, 'TX-1')
    const results = await Promise.all([attach('TX-1', 'c1'), attach('TX-1', 'c1'), attach('TX-1', 'c2')])
    expect(results.toSorted()).toEqual(['attached', 'attached', 'known'])
    expect(await received(service, id)).toEqual([letter, letter])
    const document = await hub.store.load(service, id)
    const lines = document ? await hub.store.journal(document) : []
    expect(lines.filter(({ message }) => message === 'Courrier reçu.')).toHaveLength(2)
  })

  test("dont personne n'a la transaction reste inconnu, et pourra revenir", async () => {
    expect(await attach('TX-2', 'c1')).toBe('unknown')
    await sent(ville, 'TX-2')
    expect(await attach('TX-2', 'c1')).toBe('attached')
  })

  test("portant le numéro d'une autre autorité n'y va pas", async () => {
    const { id } = await sent(autre, 'TX-3')
    await associated(autre)
    expect(await attach('TX-3', 'c1')).toBe('unknown')
    expect(await received(autre, id)).toEqual([])
  })

  test('ne va pas au document de la même autorité qui passe par une autre plateforme', async () => {
    const { id } = await sent(service, 'TX-4')
    const own = await associated(service)
    expect(await attach('TX-4', 'c1')).toBe('unknown')
    expect(await attach('TX-4', 'c1', { instanceId: own, entityId: service })).toBe('attached')
    expect(await received(service, id)).toHaveLength(1)
  })
})

describe('un courrier qui revient à la boîte de toute la plateforme', () => {
  const envoi = defineStep({
    id: 'envoi',
    label: 'Envoi',
    needs: 'mailsec',
    inputs: {},
    fields: {
      cles: longText('Clés des destinataires', { computed: true, index: true }),
      avis: files('Avis', { computed: true }),
    },
    initial: 'envoye',
    states: { envoye: { label: 'Envoyé' }, lu: { label: 'Lu', ends: 'next' } },
    tasks: { suivre: { label: 'Suivre', from: 'envoye', to: 'lu', every: '1 h', run: async () => wait('Envoyé.') } },
    correspondence: { by: 'cles', into: 'avis', from: 'anyInstanceAbove' },
  })
  const courriel = defineFlow({
    id: 'courriel',
    version: 1,
    label: 'Courriel',
    family: 'courriels',
    fields: { objet: text('Objet', { required: true, title: true }) },
    steps: () => [envoi({})],
  })
  const flows = createFlowRegistry([courriel], new Map<string, AnyStep>([['envoi', envoi.definition]]))

  test('rejoint le document du service par la clé de chaque destinataire, et jamais celui d’une autre ville', async () => {
    const store = createStore({ db: database.knex, flows, laneOf: async () => undefined })
    const inbox = createInbox({
      db: database.knex,
      store,
      flows,
      files: { open: () => Readable.from([]), save: () => Promise.reject(new Error('nothing to store')) },
      clock: hub.clock,
    })
    const compiled = flows.get('courriel', 1)
    const mail = async (entityId: string, id: string, cles: string) => {
      const created = blank(
        compiled,
        { id, entityId, createdBy: undefined },
        { objet: 'Avis', 'envoi.cles': cles },
        hub.clock.now(),
      )
      return store.create(settle(compiled, created, { is: 'created' }, hub.clock.now()))
    }
    await mail(service, 'courriel1', 'clea1\ncleb2')
    await mail(autre, 'courriel2', 'clec3')
    const returned = (about: string, externalId: string) =>
      inbox({ instanceId, entityId: ville }).attach({ about, externalId, message: 'Non remis.', files: [letter] })
    expect(await returned('cleb2', 'm1')).toBe('attached')
    expect(await returned('clea1', 'm2')).toBe('attached')
    expect(await returned('clec3', 'm3')).toBe('unknown')
    expect((await store.load(service, 'courriel1'))?.data['envoi.avis']).toHaveLength(2)
  })
})

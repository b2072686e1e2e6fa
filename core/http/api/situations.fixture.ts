import { grantRole } from '../../access/roles.ts'
import { createUser } from '../../access/users.ts'
import type { Db } from '../../db/knex.ts'
import { inTransaction } from '../../db/unit-of-work.ts'
import { appendJournal } from '../../journal/append.ts'
import { keepBlock, lineHashes } from '../../journal/blocks.ts'
import { merkleTree } from '../../journal/merkle.ts'
import { PASSWORD, type Client, type TestServer, type twoTowns } from '../http.fixture.ts'
import { TUS_BODY } from '../tus.ts'

/** Where the examples of the description are tried: a town, someone with every right, and the API. */
export interface World {
  readonly db: Db
  readonly server: TestServer
  readonly people: Awaited<ReturnType<typeof twoTowns>>
  /** Every right, everywhere. */
  readonly admin: Client
}

/** What an address is asked with, besides what its description says. */
export interface Situation {
  /** Parameters of the path that are not the usual ones. */
  readonly params?: (world: World) => Promise<Made>
  /** What the identifier of the examples stands for. */
  readonly names?: (world: World) => Promise<string>
  readonly query?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Bytes sent instead of JSON. */
  readonly content?: string
  /** The example goes as a form, with this file. */
  readonly file?: { readonly name: string; readonly content: string }
  /** What must be so before. */
  readonly before?: (world: World, params: Made) => Promise<unknown>
}

type Made = Readonly<Record<string, string>>
type Maker = (world: World, made: Made, path: string) => Promise<string> | string

export const ACTE = '%PDF-1.7\nUne délibération.\n'
const TUS = { 'tus-resumable': '1.0.0' }
/** The identifier that examples give to what they do not create. */
export const IN_EXAMPLES = 'Xy7Kq2mPz0aB'
const FLOW = {
  id: 'courrier-arrive',
  label: 'Courrier arrivé',
  family: 'Courriers',
  fields: {
    objet: { kind: 'text', label: 'Objet', options: { required: true, title: true } },
    courrier: { kind: 'file', label: 'Courrier', options: { required: true } },
  },
  steps: [{ step: 'visa', alias: 'visa', bindings: { titre: 'objet', document: 'courrier' } }],
}

const created = async (world: World, path: string, body?: unknown): Promise<Readonly<Record<string, unknown>>> => {
  const answer = await world.admin.send('POST', path, body)
  if (answer.status >= 300) throw new Error(`POST ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
  return answer.body
}
const idOf = async (world: World, path: string, body?: unknown): Promise<string> =>
  String((await created(world, path, body))['id'])

const newDocument = async ({ admin, people }: World): Promise<Readonly<Record<string, unknown>>> => {
  const form = new FormData()
  form.set('flow', 'note')
  form.set('values', JSON.stringify({ objet: 'Subvention à l’école de musique', 'visa.circuit': 'maire' }))
  form.append('acte', new Blob([ACTE], { type: 'application/pdf' }), 'délibération.pdf')
  const response = await admin.raw(`/entites/${people.town}/documents`, { method: 'POST', body: form })
  const body = (await response.json()) as Record<string, unknown>
  if (response.status !== 201) throw new Error(JSON.stringify(body))
  return body
}

const newInstance = (world: World): Promise<string> =>
  idOf(world, `/entites/${world.people.town}/connecteurs`, {
    connector: 'parapheur-essai',
    label: 'Parapheur de la ville',
    config: { url: 'https://parapheur.exemple.fr', login: 'ville', motDePasse: 'mot-de-passe-du-parapheur' },
  })

const newUpload = async ({ admin, people }: World, content = ACTE, name = 'délibération.pdf'): Promise<string> => {
  const response = await admin.raw(`/entites/${people.town}/depots`, {
    method: 'POST',
    headers: {
      ...TUS,
      'upload-length': String(Buffer.byteLength(content)),
      'upload-metadata': `filename ${Buffer.from(name).toString('base64')}`,
      'content-type': TUS_BODY,
    },
    body: content,
  })
  return ((await response.json()) as { readonly id: string }).id
}

/** What every town has before its first document: a connector for its flow, and a document. */
export const settle = async (world: World): Promise<void> => {
  const { admin, db, people } = world
  // Entities keep small numbers of their own: their examples show a tree, the other numbers are replaced.
  await db.raw(`select setval(format('%I.%I', schemaname, sequencename), 1000) from pg_sequences
    where schemaname = current_schema() and sequencename <> 'entities_id_seq'`)
  const instanceId = await newInstance(world)
  await admin.send('PUT', `/entites/${people.town}/associations`, { flow: 'note', slot: 'visa:signature', instanceId })
  await newDocument(world)
}

/** One of each thing that addresses name, new each time: whoever deletes it takes it from nobody. */
export const MAKERS: Readonly<Record<string, Maker>> = {
  entityId: ({ people }) => people.town,
  documentId: async world => String((await newDocument(world))['id']),
  action: () => 'envoyer',
  link: () => 'visa.ouvrir',
  field: (_world, _made, path) => (path.includes('/choix/') ? 'visa.circuit' : 'acte'),
  async sha256({ admin, people }, { documentId = '' }) {
    const { body } = await admin.get(`/entites/${people.town}/documents/${documentId}`)
    return (body['values'] as { readonly acte: { readonly sha256: string } }).acte.sha256
  },
  viewer: () => 'essai',
  seq: () => '1',
  userId: (world, { entityId = '' }) =>
    idOf(world, `/entites/${entityId}/utilisateurs`, {
      login: `c.durand.${++accounts}`,
      firstName: 'Claude',
      lastName: 'Durand',
      email: 'c.durand@ville.fr',
    }),
  async roleId({ admin }) {
    await admin.send('PUT', '/roles/redaction', { label: 'Rédaction', rights: ['entite:lecture', 'note:*'] })
    return 'redaction'
  },
  tokenId: world => idOf(world, '/jetons', { name: 'Logiciel de délibérations' }),
  async flowId(world, _made, path) {
    if (!path.startsWith('/studio')) return 'note'
    const id = `courrier-arrive-${++flows}`
    await created(world, '/studio/flux', { ...FLOW, id })
    return id
  },
  async groupId({ admin }) {
    await admin.send('PUT', '/studio/groupes/agent', {
      label: 'Agent',
      fields: { nom: { kind: 'text', label: 'Nom' } },
    })
    return 'agent'
  },
  async batchId(world) {
    const { people, server } = world
    const documents = [String((await newDocument(world))['id'])]
    const id = await idOf(world, `/entites/${people.town}/lots`, { documents, action: 'supprimer' })
    await server.services.batches.run(people.town, id)
    return id
  },
  async uploadId(world) {
    return newUpload(world)
  },
  instanceId: newInstance,
  schedule: () => 'aLaMain',
  async recordingId({ admin, people }, { instanceId = '' }) {
    const address = `/entites/${people.town}/connecteurs/${instanceId}`
    await admin.send('POST', `${address}/enregistrements`)
    await admin.send('POST', `${address}/test`)
    const { body } = await admin.get(`${address}/enregistrements`)
    return (body['items'] as readonly { readonly id: string }[])[0]?.id ?? ''
  },
  async reportId({ db }, { instanceId = '' }) {
    const [row] = await db('connector_reports')
      .insert({ instanceId, name: 'relève.txt', content: 'Deux documents reçus.\n', at: new Date() })
      .returning<{ id: string }[]>('id')
    return row?.id ?? ''
  },
  async subscriptionId(world) {
    await created(world, `/entites/${world.people.town}/notifications`, { events: ['erreurs'], rhythm: 'immediat' })
    const { body } = await world.admin.get('/notifications')
    return (body['items'] as readonly { readonly id: string }[])[0]?.id ?? ''
  },
  contactId: (world, { entityId = '' }) =>
    idOf(world, `/entites/${entityId}/annuaire/contacts`, {
      name: 'Camille Durand',
      email: `camille.durand.${++contacts}@ville.fr`,
      groups: [],
    }),
  mailGroupId: (world, { entityId = '' }) =>
    idOf(world, `/entites/${entityId}/annuaire/groupes`, { name: `Conseil municipal ${++contacts}`, shared: true }),
}
let accounts = 0
let flows = 0
let contacts = 0

/** An entity of its own, for what would change the town of everybody. */
const freshEntity = async (world: World): Promise<Made> => ({
  entityId: await idOf(world, `/entites/${world.people.town}/entites`, { name: 'Action sociale', kind: 'service' }),
})

/** A line of the journal whose block was stamped, by nobody: what a token holds is not for the reader of an example. */
const stamped = async (world: World): Promise<Made> => {
  const { entityId = '' } = await freshEntity(world)
  const at = new Date('2026-03-14T13:05:00Z')
  await inTransaction(world.db, trx =>
    appendJournal(trx, { entityId, at }, [
      { kind: 'admin', event: 'connecteur.creation', message: 'Connecteur « GED » créé (WebDAV).', by: undefined },
    ]),
  )
  const extent = { entityId, first: 1, last: 1 }
  const { root } = merkleTree(await lineHashes(world.db, extent))
  const token = Buffer.from('jeton')
  const by = { authority: 'Horodateur de la ville', instanceId: '42', instanceLabel: 'Horodateur' }
  await keepBlock(world.db, { ...extent, ...by, root, token, stampedAt: at })
  return { entityId, seq: '1' }
}

/** The flow that the examples of the studio speak of, as a draft. */
const draft = async (world: World): Promise<Made> => {
  await world.admin.send('DELETE', `/studio/flux/${FLOW.id}`)
  await created(world, '/studio/flux', FLOW)
  return { flowId: FLOW.id }
}
const published = async (world: World, { flowId = '' }: Made): Promise<void> =>
  void (await created(world, `/studio/flux/${flowId}/publication`, { version: 1 }))

const CSV = 'Objet\nVoirie\nÉcole\n'
/** A creation of documents that waits to be confirmed. */
const examined = async (world: World): Promise<Made> => {
  const { admin, people, server } = world
  const response = await admin.raw(`/entites/${people.town}/lots/creation?flux=note&nom=lot.csv&encore=true`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: CSV,
  })
  const { id } = (await response.json()) as { readonly id: string }
  await server.services.batches.run(people.town, id)
  return { entityId: people.town, batchId: id }
}

/** A list that is shown with something in it. */
const after =
  (name: string) =>
  async (world: World, made: Made): Promise<void> =>
    void (await MAKERS[name]?.(world, made, ''))

/** What some addresses want besides: everything else is asked for as its description says. */
export const SITUATIONS: Readonly<Record<string, Situation>> = {
  'POST /session': {
    before: ({ db, people }) =>
      createUser(db, {
        login: 'c.durand',
        firstName: 'Claude',
        lastName: 'Durand',
        email: 'c.durand@ville.fr',
        password: PASSWORD,
        entityId: people.town,
      }),
  },
  'PATCH /entites/:entityId': { params: freshEntity },
  'POST /entites/:entityId/deplacement': { params: freshEntity },
  'DELETE /entites/:entityId': { params: freshEntity },
  'GET /entites/:entityId/utilisateurs/:userId/roles': {
    before: ({ db, people }, { userId = '' }) => grantRole(db, { userId, entityId: people.service, roleId: 'admin' }),
  },
  'GET /studio/flux': { before: world => created(world, '/studio/flux', { ...FLOW, id: 'courrier-depart' }) },
  'GET /studio/groupes': { before: after('groupId') },
  'GET /entites/:entityId/lots': { before: after('batchId') },
  'GET /entites/:entityId/annuaire/contacts': { before: after('contactId') },
  'GET /entites/:entityId/annuaire/groupes': { before: after('mailGroupId') },
  'GET /notifications': { before: after('subscriptionId') },
  'GET /entites/:entityId/connecteurs/:instanceId/enregistrements': { before: after('recordingId') },
  'GET /entites/:entityId/connecteurs/:instanceId/rapports': { before: after('reportId') },
  'GET /jetons': { before: after('tokenId') },
  'DELETE /entites/:entityId/utilisateurs/:userId/roles': { query: '?entite=0&role=admin' },
  'PUT /studio/flux/:flowId': { params: draft, query: '?version=1' },
  'GET /studio/flux/:flowId/documents-en-cours': { before: published },
  'POST /studio/flux/:flowId/passage': { before: published },
  'POST /studio/flux/:flowId/retrait': { before: published },
  'POST /studio/flux/:flowId/reprise': {
    async before(world, params) {
      await published(world, params)
      await created(world, `/studio/flux/${params['flowId'] ?? ''}/retrait`)
    },
  },
  'DELETE /entites/:entityId/documents/:documentId': { query: '?version=1' },
  // Only while the document is there: put there as the machine would.
  'POST /entites/:entityId/documents/:documentId/pages/:link': {
    before: ({ db }, { documentId: id }) => db('documents').where({ id }).update({ state: 'visa.aEnvoyer' }),
  },
  'POST /entites/:entityId/lots/actions': { names: async world => String((await newDocument(world))['id']) },
  'POST /entites/:entityId/lots': { names: async world => String((await newDocument(world))['id']) },
  'POST /entites/:entityId/lots/creation': { query: '?flux=note&nom=lot.csv', content: CSV },
  'POST /entites/:entityId/lots/creation/depot': { names: world => newUpload(world, CSV, 'lot.csv') },
  'POST /entites/:entityId/lots/:batchId/confirmation': { params: examined },
  'POST /entites/:entityId/lots/:batchId/annulation': { params: examined },
  'PUT /entites/:entityId/documents/:documentId/fichiers/:field': {
    query: '?version=1&nom=d%C3%A9lib%C3%A9ration.pdf',
    content: ACTE,
  },
  'DELETE /entites/:entityId/documents/:documentId/fichiers/:field/:sha256': { query: '?version=1' },
  'POST /entites/:entityId/depots': {
    headers: {
      ...TUS,
      'upload-length': String(Buffer.byteLength(ACTE)),
      'upload-metadata': `filename ${Buffer.from('délibération.pdf').toString('base64')}`,
    },
  },
  'PATCH /entites/:entityId/depots/:uploadId': {
    headers: { ...TUS, 'upload-offset': String(Buffer.byteLength(ACTE)), 'content-type': TUS_BODY },
    content: '',
  },
  'DELETE /entites/:entityId/depots/:uploadId': { headers: TUS },
  'GET /entites/:entityId/annuaire/suggestions': { query: '?debut=cam' },
  'POST /entites/:entityId/annuaire/import': {
    query: '?essai=true',
    content: 'courriel;nom;groupes\nclaude.petit@ville.fr;Claude Petit;Élus\n',
  },
  'POST /entites/:entityId/import-pastell': {
    file: {
      name: 'export.json',
      content: JSON.stringify({
        entity_info: { id_e: '7', denomination: 'Syndicat des eaux', type: 'collectivite' },
        connecteur_info: [],
      }),
    },
  },
  'GET /entites/:entityId/journal/:seq/preuve': { params: stamped },
  'GET /recherche': { query: '?q=musique&limite=1' },
  'PUT /entites/:entityId/associations': { params: async ({ people }) => ({ entityId: people.service }) },
}

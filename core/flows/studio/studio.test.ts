import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { loadConfig } from '../../../config/index.ts'
import { basic, clientOf, type Client } from '../../http/http.fixture.ts'
import { openHub, type Hub } from '../../hub.ts'
import { HUB_PASSWORD, startWholeHub, type WholeHub } from '../../testing/whole-hub.ts'
import { ROOT } from '../../entities/model.ts'
import { journalEvents } from '../../journal/events.ts'
import type { StudioFlow } from './format.ts'

/** A flow whose only step computes a field from another: no remote is needed to see it move. */
const flow = (id: string, change: Partial<StudioFlow> = {}): StudioFlow => ({
  id,
  label: 'Courrier arrivé',
  family: 'Courriers',
  description: '# Courrier arrivé\n\nEnregistrer un courrier.',
  fields: {
    objet: { kind: 'text', label: 'Objet', options: { required: true, title: true } },
    calculer: { kind: 'flag', label: 'Calculer le numéro' },
    reference: { kind: 'text', label: 'Référence' },
  },
  steps: [
    {
      step: 'transformationFixe',
      alias: 'calcul',
      bindings: {},
      when: { field: 'calculer', is: true },
      settings: { reference: 'REF-{{ objet }}' },
    },
  ],
  ...change,
})

let hub: WholeHub
let admin: Client
let agent: Client

beforeAll(async () => {
  hub = await startWholeHub({ worker: 'here' })
  admin = clientOf(`${hub.origin}/api/v3`, basic('admin', HUB_PASSWORD))
  agent = clientOf(`${hub.origin}/api/v3`, basic('agent', HUB_PASSWORD))
})
afterAll(() => hub[Symbol.asyncDispose]())

const create = (body: unknown) => admin.send('POST', '/studio/flux', body)
const save = (body: StudioFlow, revision: number) =>
  admin.send('PUT', `/studio/flux/${body.id}`, body, { 'if-match': `"${revision}"` })
const publish = async (id: string, upgrade?: object) => {
  const { body } = await admin.get(`/studio/flux/${id}`)
  return admin.send('POST', `/studio/flux/${id}/publication`, {
    version: body['revision'],
    ...(upgrade ? { upgrade } : {}),
  })
}
const faultsOf = (body: Record<string, unknown>) =>
  (body['fields'] as readonly { field: string; message: string }[]).map(({ field, message }) => `${field} ${message}`)

const newDocument = (id: string, values: object) =>
  agent.send('POST', `/entites/${hub.town}/documents`, { flow: id, values })
const send = (document: Record<string, unknown>) =>
  agent.send('POST', `/entites/${hub.town}/documents/${String(document['id'])}/actions/envoyer`, {
    version: document['version'],
  })
const settled = async (id: unknown): Promise<Record<string, unknown>> => {
  for (;;) {
    const { body } = await agent.get(`/entites/${hub.town}/documents/${String(id)}`)
    const state = body['state'] as { kind: string }
    if (!['running', 'draft'].includes(state.kind)) return body
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}

test("un flux créé par l'API sert un document de bout en bout, sans redémarrer", async () => {
  expect((await create(flow('courrier'))).status).toBe(201)
  expect((await newDocument('courrier', {})).status).toBe(404)
  const published = await publish('courrier')
  expect(published.body).toMatchObject({ state: 'publie', published: 1, changed: false })
  const { body: document } = await newDocument('courrier', { objet: 'Subvention', calculer: true })
  expect((await send(document)).status).toBe(202)
  expect(await settled(document['id'])).toMatchObject({
    state: { name: 'termine' },
    values: { reference: 'REF-Subvention' },
    title: 'Subvention',
  })
  const { body: help } = await agent.get('/flux/courrier/aide')
  expect(help['help']).toContain('Enregistrer un courrier')
  const drawing = await agent.raw('/flux/courrier/dessin')
  expect(drawing.headers.get('content-type')).toContain('image/svg+xml')
  expect(await drawing.text()).toContain('Transformation fixe')
})

test('une nouvelle version ne touche pas les documents en cours : ils gardent la leur', async () => {
  await create(flow('dossier'))
  await publish('dossier')
  const { body: open } = await newDocument('dossier', { objet: 'Ancien', calculer: true })
  const next = flow('dossier', {
    steps: [{ step: 'transformationFixe', alias: 'calcul', bindings: {}, settings: { reference: 'NEUF-{{ objet }}' } }],
  })
  await save(next, 2)
  expect((await publish('dossier')).body).toMatchObject({ published: 2 })
  await send(open)
  expect(await settled(open['id'])).toMatchObject({ values: { reference: 'REF-Ancien' } })
  const { body: fresh } = await newDocument('dossier', { objet: 'Nouveau' })
  await send(fresh)
  expect(await settled(fresh['id'])).toMatchObject({ values: { reference: 'NEUF-Nouveau' } })
})

test('une version qui perd ce que des documents en cours portent demande ce que cela devient', async () => {
  await create(flow('perte'))
  await publish('perte')
  await newDocument('perte', { objet: 'Ouvert', reference: '12' })
  const next = flow('perte', {
    fields: {
      objet: { kind: 'text', label: 'Objet', options: { required: true, title: true } },
      numero: { kind: 'text', label: 'Numéro' },
    },
    steps: [{ step: 'transformationFixe', alias: 'calcul', bindings: {}, settings: { numero: 'N-{{ objet }}' } }],
  })
  await save(next, 2)
  const refused = await publish('perte')
  expect(refused.status).toBe(422)
  expect(faultsOf(refused.body)).toEqual([
    expect.stringContaining('« Calculer le numéro » (calculer) disparaît'),
    expect.stringContaining('« Référence » (reference) disparaît'),
  ])
  const wrong = await publish('perte', { rename: { reference: 'numero' }, forget: ['calculer', 'absent'] })
  expect(faultsOf(wrong.body)).toEqual([expect.stringContaining("« absent » n'existait pas")])
  expect((await publish('perte', { rename: { reference: 'numero' }, forget: ['calculer'] })).status).toBe(200)
})

describe('un flux fautif est refusé', () => {
  test('avec toutes ses fautes, chacune à sa place', async () => {
    const bad = flow('fautif', {
      fields: {
        objet: { kind: 'text', label: 'Objet', options: { title: true, pattern: { regex: '[', message: 'Non.' } } },
        titre: { kind: 'text', label: 'Titre', options: { title: true } },
        nature: { kind: 'choice', label: 'Nature' },
        agent: { group: 'inconnu' },
      },
      steps: [
        { step: 'signature', alias: 'visa', bindings: { titre: 'nature', document: 'absent' } },
        { step: 'fax', alias: 'fax', bindings: {} },
        { step: 'ged', alias: 'visa', bindings: {} },
      ],
    })
    expect((await create(bad)).status).toBe(201)
    const refused = await publish('fautif')
    expect(refused.status).toBe(422)
    expect(faultsOf(refused.body).map(fault => fault.split(' ')[0])).toEqual([
      '/fields/agent/group',
      '/fields/objet',
      '/fields/nature',
      '/fields/titre',
      '/steps/0/bindings/titre',
      '/steps/0/bindings/document',
      '/steps/1/step',
      '/steps/2/alias',
    ])
  })

  test('avant même d’être gardé, s’il n’a pas la forme d’un flux', async () => {
    const refused = await create({ id: 'X', label: '', family: 'a', fields: { 'a b': {} }, steps: [{ alias: 3 }] })
    expect(refused.status).toBe(422)
    expect(
      faultsOf(refused.body)
        .map(fault => fault.split(' ')[0])
        .toSorted(),
    ).toEqual([
      '/fields/a', // « a b »
      '/id',
      '/label',
      '/steps/0/alias',
      '/steps/0/bindings',
      '/steps/0/step',
    ])
  })

  test("s'il prend le nom d'un flux qui existe déjà", async () => {
    expect((await create(flow('ls-actes'))).status).toBe(409)
    await create(flow('double'))
    expect((await create(flow('double'))).status).toBe(409)
  })

  test('à qui n’administre pas la plateforme', async () => {
    expect((await agent.send('POST', '/studio/flux', flow('interdit'))).status).toBe(403)
    expect((await agent.get('/studio/flux')).status).toBe(403)
  })

  test('si un autre l’a modifié entre-temps', async () => {
    await create(flow('course'))
    expect((await save(flow('course'), 1)).status).toBe(200)
    expect((await save(flow('course'), 1)).status).toBe(409)
  })
})

test('ce qui est exporté s’importe et dit la même chose, groupes de champs compris', async () => {
  const group = {
    label: 'Agent',
    fields: {
      present: { kind: 'flag', label: 'Présent' },
      nom: { kind: 'text', label: 'Nom', options: { required: true, pastell: 'nom' } },
    },
  }
  expect((await admin.send('PUT', '/studio/groupes/agent', group)).status).toBe(200)
  const twice = flow('groupes', {
    fields: {
      ...flow('groupes').fields,
      demandeur: { group: 'agent', label: 'Demandeur' },
      valideur: { group: 'agent' },
    },
  })
  expect((await create(twice)).body['faults']).toEqual([])
  await publish('groupes')
  const { body } = await agent.get('/flux/groupes')
  const [page] = body['pages'] as readonly { fields: readonly { name: string; label: string }[] }[]
  expect(page?.fields.map(field => field.name)).toEqual([
    'objet',
    'reference',
    'demandeur_present',
    'demandeur_nom',
    'valideur_present',
    'valideur_nom',
  ])
  expect(page?.fields[3]?.label).toBe('Demandeur : Nom')
  const { body: exported } = await admin.get('/studio/flux/groupes/export')
  const { body: schema } = await admin.get('/schemas/flux.json')
  const validate = new Ajv2020({ strict: false }).compile(schema)
  expect(validate(exported), JSON.stringify(validate.errors)).toBe(true)
  expect(exported['groups']).toEqual({ agent: group })
  const copy = { ...exported, id: 'groupes-copie' }
  expect((await create(copy)).body['faults']).toEqual([])
  expect((await admin.get('/studio/flux/groupes-copie/export')).body).toEqual(copy)
  expect((await admin.send('DELETE', '/studio/groupes/agent')).status).toBe(409)
})

test('un flux retiré ne commence plus rien ; ses documents en cours finissent', async () => {
  await create(flow('retire'))
  await publish('retire')
  const { body: open } = await newDocument('retire', { objet: 'En cours', calculer: true })
  expect((await admin.send('POST', '/studio/flux/retire/retrait')).body).toMatchObject({ state: 'retire' })
  const refused = await newDocument('retire', { objet: 'Trop tard' })
  expect(refused.status).toBe(409)
  expect(refused.body['detail']).toContain('a été retiré par un administrateur')
  await send(open)
  expect(await settled(open['id'])).toMatchObject({ state: { name: 'termine' } })
  expect((await admin.send('DELETE', '/studio/flux/retire')).status).toBe(409)
  await admin.send('POST', '/studio/flux/retire/reprise')
  expect((await newDocument('retire', { objet: 'À nouveau' })).status).toBe(201)
})

describe('des documents en cours passent à une nouvelle version', () => {
  const choice = (alias: string) => ({ step: 'orientation', alias, bindings: {}, manual: true as const })
  const bring = (id: string, states: object = {}) => admin.send('POST', `/studio/flux/${id}/passage`, { states })
  const openIn = async (id: string) => (await admin.get(`/studio/flux/${id}/documents-en-cours`)).body
  const read = async (id: unknown) => (await agent.get(`/entites/${hub.town}/documents/${String(id)}`)).body
  const lines = async (id: unknown) =>
    (await agent.get(`/entites/${hub.town}/documents/${String(id)}/journal`)).body['items'] as readonly {
      message: string
    }[]
  /** A document that waits in `choix`, another in `avis`, a draft; then a version without `choix`, where `avis` is called `bureau`. */
  const moved = async (id: string) => {
    const fields = { ...flow('x').fields, avisDemande: { kind: 'flag', label: 'Avis' } as const }
    const steps = [{ ...choice('avis'), when: { field: 'avisDemande', is: true } }, choice('choix')]
    await create(flow(id, { fields, steps }))
    await publish(id)
    const [gone, kept, draft] = [
      (await newDocument(id, { objet: 'Parti' })).body,
      (await newDocument(id, { objet: 'Gardé', avisDemande: true })).body,
      (await newDocument(id, { objet: 'Brouillon' })).body,
    ]
    await send(gone)
    await send(kept)
    const next = flow(id, { fields, steps: [choice('bureau')] })
    await save(next, 2)
    const { body: tried } = await admin.send('POST', '/studio/verification', { flow: next })
    await publish(id)
    return { gone, kept, draft, next, tried }
  }

  test('publier dit combien de documents sont dans un état qui disparaît, et ne les touche pas', async () => {
    const { gone, tried } = await moved('etats')
    expect(tried['vanished']).toEqual([
      { version: 1, state: 'avis.aOrienter', label: 'Cheminement à choisir', count: 1 },
      { version: 1, state: 'choix.aOrienter', label: 'Cheminement à choisir', count: 1 },
    ])
    const states = (await openIn('etats'))['states'] as readonly { state: string; stays: string | null }[]
    expect(states.map(({ state, stays }) => [state, stays === null])).toEqual([
      ['avis.aOrienter', false],
      ['brouillon', true],
      ['choix.aOrienter', false],
    ])
    expect(await read(gone['id'])).toMatchObject({ state: { name: 'choix.aOrienter' } })
  })

  test('ceux dont l’état n’existe plus restent dans leur version, avec une phrase, ou vont où l’administrateur le dit', async () => {
    const { gone, kept, draft } = await moved('places')
    const first = (await bring('places')).body
    expect(first).toMatchObject({ moved: 1, next: null })
    expect(first['stayed']).toContainEqual({
      version: 1,
      state: 'choix.aOrienter',
      label: 'Cheminement à choisir',
      count: 1,
      why: "L'état « Cheminement à choisir » n'existe plus dans la version 2 : ces documents restent dans la version 1 et y finissent, sauf si vous choisissez où les placer.",
    })
    expect((await lines(draft['id']))[0]?.message).toBe('Passé de la version 1 à la version 2 du flux')
    expect(await hub.hub.cradle.db('documents').where({ id: gone['id'] }).first('flowVersion', 'state')).toEqual({
      flowVersion: 1,
      state: 'choix.aOrienter',
    })
    const second = (await bring('places', { 'choix.aOrienter': 'brouillon', 'avis.aOrienter': 'bureau.aOrienter' }))
      .body
    expect(second).toMatchObject({ moved: 2, stayed: [] })
    expect(await read(gone['id'])).toMatchObject({ state: { name: 'brouillon' } })
    expect((await lines(kept['id'])).map(({ message }) => message)).toContain(
      "Passé de la version 1 à la version 2 du flux ; l'état « Cheminement à choisir » n'y est plus, placé dans « Cheminement à choisir »",
    )
    const { body: now } = await agent.get(`/entites/${hub.town}/documents/${String(kept['id'])}`)
    await agent.send('POST', `/entites/${hub.town}/documents/${String(kept['id'])}/actions/poursuivre`, {
      version: now['version'],
    })
    expect(await read(kept['id'])).toMatchObject({ state: { name: 'termine' } })
  })

  test('un état qui n’existe pas, ou qui ne se repose pas, est refusé à sa place', async () => {
    await create(flow('repos', { steps: [choice('choix')] }))
    await publish('repos')
    await save(flow('repos'), 2)
    await publish('repos')
    const refused = await bring('repos', { 'choix.aOrienter': 'absent', autre: 'calcul.erreur' })
    expect(refused.status).toBe(422)
    expect(faultsOf(refused.body)).toEqual([
      "/states/choix.aOrienter L'état « absent » n'existe pas dans la version 2 : en choisir un autre.",
      expect.stringContaining(
        "/states/autre « Transformation fixe impossible » (calcul.erreur) n'est pas un état de repos",
      ),
    ])
  })

  test('une étape renommée emmène ses documents là où ils sont', async () => {
    const id = 'renomme'
    await create(flow(id, { steps: [choice('choix')] }))
    await publish(id)
    const { body: document } = await newDocument(id, { objet: 'Suit' })
    await send(document)
    await save(flow(id, { steps: [choice('bureau')] }), 2)
    expect((await publish(id, { rename: { choix: 'bureau' } })).status).toBe(200)
    expect((await bring(id)).body).toMatchObject({ moved: 1, stayed: [] })
    expect(await read(document['id'])).toMatchObject({ state: { name: 'bureau.aOrienter' } })
  })
})

test('une publication dit qui, quand et ce qui change, sur sa page et au journal de la plateforme', async () => {
  await create(flow('dit'))
  await publish('dit')
  const { reference: _reference, ...fields } = flow('dit').fields
  const numero = { kind: 'text', label: 'Numéro' } as const
  await save(
    flow('dit', {
      label: 'Courrier reçu',
      fields: { ...fields, numero },
      steps: [{ step: 'transformationFixe', alias: 'calcul', bindings: {}, settings: { numero: '1' } }],
    }),
    2,
  )
  const { body } = await publish('dit')
  await admin.send('POST', '/studio/flux/dit/retrait')
  const changes = [
    'nom modifié',
    'champ « Référence » (reference) retiré',
    'champ « Numéro » (numero) ajouté',
    'étape « calcul » modifiée',
  ]
  expect(body['versions']).toMatchObject([
    { version: 2, publishedBy: 'admin', changes },
    { version: 1, publishedBy: 'admin', changes: ['première version'] },
  ])
  const told = await journalEvents(hub.hub.cradle.db, { entityId: ROOT, text: '(dit)' }, { order: 'oldest', limit: 10 })
  expect(told.map(({ event, message }) => [event, message])).toEqual([
    ['flux.publication', 'Flux « Courrier arrivé » (dit) publié en version 1 : première version.'],
    ['flux.publication', `Flux « Courrier reçu » (dit) publié en version 2 : ${changes.join(', ')}.`],
    ['flux.retrait', 'Flux « Courrier reçu » (dit) retiré : aucun nouveau document ne peut commencer.'],
  ])
  expect(told[0]?.authorName).toBeTruthy()
})

describe('plusieurs processus', () => {
  const another = async (): Promise<Hub> =>
    openHub(
      {
        ...(await loadConfig({ DATABASE_URL: hub.hub.cradle.connectionString, PASSEUR_LOG_LEVEL: 'silent' })),
        port: 0,
      },
      'worker',
    )

  test('une publication est vue de tous ; un flux publié avant leur démarrage aussi', async () => {
    await create(flow('avant'))
    await publish('avant')
    const other = await another()
    try {
      expect(other.cradle.flows.current('avant')?.version).toBe(1)
      await create(flow('pendant'))
      await publish('pendant')
      await expect.poll(() => other.cradle.flows.current('pendant')?.version).toBe(1)
    } finally {
      await other.close()
    }
  })

  test('qui n’a rien entendu lit la version d’un document avant d’y travailler', async () => {
    const deaf = await another()
    try {
      await deaf.cradle.listener.close()
      await create(flow('inoui'))
      await publish('inoui')
      const { body: document } = await newDocument('inoui', { objet: 'Entendu' })
      expect(deaf.cradle.flows.current('inoui')).toBeUndefined()
      const where = { entityId: hub.town, documentId: String(document['id']) }
      const seen = await deaf.cradle.documents.get(where)
      expect(deaf.cradle.documents.flowOf(seen).label).toBe('Courrier arrivé')
    } finally {
      await deaf.close()
    }
  })
})

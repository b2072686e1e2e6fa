import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { Validator } from '@seriousme/openapi-schema-validator'
import yauzl from 'yauzl'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { grantRole, saveRole } from '../../access/roles.ts'
import { createUser } from '../../access/users.ts'
import { testDatabase, type TestDatabase } from '../../testing/database.ts'
import { basic, PASSWORD, twoTowns, type Client, type TestServer } from '../http.fixture.ts'
import { startApi } from './api.fixture.ts'
import { apiRoutes } from './index.ts'

const PDF = Buffer.from('%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n')
const sha256 = (content: Uint8Array) => createHash('sha256').update(content).digest('hex')

let database: TestDatabase
let people: Awaited<ReturnType<typeof twoTowns>>
let server: TestServer
let agent: Client
let documents: string

beforeAll(async () => {
  database = await testDatabase()
  people = await twoTowns(database.knex)
  server = await startApi(database.knex, database.connectionString)
  documents = `/entites/${people.town}/documents`
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await database.close()
})
beforeEach(() => {
  agent = server.as(basic('agent'))
})

interface Shown {
  readonly id: string
  readonly version: number
  readonly values: Readonly<Record<string, unknown>>
}

const create = async (values: object = { objet: 'Subvention' }, by = agent): Promise<Shown> => {
  const { status, body } = await by.send('POST', documents, { flow: 'note', values })
  expect(status).toBe(201)
  return body as unknown as Shown
}

const put = (document: Shown, content: BodyInit, name = 'délibération.pdf', field = 'acte') =>
  agent.raw(
    `${documents}/${document.id}/fichiers/${field}?nom=${encodeURIComponent(name)}&version=${document.version}`,
    {
      method: 'PUT',
      body: content,
      headers: { 'content-type': 'application/octet-stream' },
      ...({ duplex: 'half' } as object),
    },
  )

/** Someone who may only read. */
const reader = async (login: string, rights: readonly string[]) => {
  await saveRole(database.knex, { id: login, label: login, rights })
  const { id } = await createUser(database.knex, { login, password: PASSWORD, entityId: people.town })
  await grantRole(database.knex, { userId: id, entityId: people.town, roleId: login })
  return server.as(basic(login))
}

describe('un document', () => {
  test('se crée, se corrige, se cherche, se supprime', async () => {
    const document = await create({ objet: 'Subvention à l’école' })
    const edited = await agent.send('PATCH', `${documents}/${document.id}`, {
      version: document.version,
      values: { objet: 'Subvention au collège' },
    })
    expect(edited.body).toMatchObject({ title: 'Subvention au collège', version: document.version + 1 })
    const found = await agent.get(`${documents}?q=colleges`)
    expect(found.body['items']).toMatchObject([{ id: document.id, state: { name: 'brouillon', kind: 'draft' } }])
    const removed = await agent.send('DELETE', `${documents}/${document.id}?version=${document.version + 1}`)
    expect(removed.status).toBe(204)
    expect((await agent.get(`${documents}/${document.id}`)).body.code).toBe('document_introuvable')
  })

  test('modifié par un autre entre-temps, il faut le relire', async () => {
    const { id, version } = await create()
    const values = { objet: 'Autre' }
    await agent.send('PATCH', `${documents}/${id}`, { version, values })
    expect(await agent.send('PATCH', `${documents}/${id}`, { version, values })).toMatchObject({
      status: 409,
      body: { code: 'document_deja_modifie' },
    })
  })

  test('une faute de saisie est dite au bon champ', async () => {
    const { id, version } = await create()
    const answer = await agent.send('PATCH', `${documents}/${id}`, { version, values: { objet: 'x'.repeat(60) } })
    expect(answer).toMatchObject({ status: 422, body: { code: 'saisie_invalide', fields: [{ field: 'objet' }] } })
  })

  test('incomplet, il ne part pas, et la phrase dit pourquoi', async () => {
    const { id, version } = await create()
    const answer = await agent.send('POST', `${documents}/${id}/actions/envoyer`, { version })
    expect(answer).toMatchObject({
      status: 422,
      body: { code: 'action_refusee', detail: expect.stringContaining('Acte') as string },
    })
  })

  test('complet, il part : 202, et son cheminement avance', async () => {
    const document = await create({ objet: 'Subvention', 'visa.circuit': { value: 'maire', label: 'Le maire' } })
    const uploaded = (await (await put(document, PDF)).json()) as Shown
    const sent = await agent.send('POST', `${documents}/${document.id}/actions/envoyer`, { version: uploaded.version })
    expect(sent).toMatchObject({ status: 202, body: { state: { name: 'visa.aEnvoyer' } } })
    const journal = await agent.get(`${documents}/${document.id}/journal`)
    expect((journal.body['items'] as { label: string; author: string }[])[0]).toMatchObject({
      label: "Préparation de l'envoi",
      author: 'Camille Durand',
    })
  })

  test('sans connecteur associé, les choix d’un service distant disent qui appeler', async () => {
    const { id } = await create()
    expect(await agent.get(`${documents}/${id}/choix/visa.circuit`)).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('Aucun connecteur') as string },
    })
  })

  test.each([
    ['{"objet":"autre"}', 422, 'saisie_invalide'],
    ['{"visa.circuit":"maire"}', 422, 'saisie_invalide'],
    ['autre', 400, 'requete_invalide'],
    ['["objet"]', 400, 'requete_invalide'],
  ])('une liste n’accepte que les valeurs dont elle dépend : %s', async (values, status, code) => {
    const { id } = await create()
    const answer = await agent.get(`${documents}/${id}/choix/visa.circuit?valeurs=${encodeURIComponent(values)}`)
    expect(answer).toMatchObject({ status, body: { code } })
  })

  test('la liste se borne à ce qui a été créé entre deux instants', async () => {
    const [first, second, third] = [await create(), await create(), await create()]
    const createdAt = async ({ id }: Shown) => (await agent.get(`${documents}/${id}`)).body['createdAt'] as string
    const [from, before] = [await createdAt(second), await createdAt(third)]
    const listed = async (query: string) =>
      ((await agent.get(`${documents}?${query}`)).body['items'] as Shown[]).map(each => each.id)
    expect(await listed(`creeDepuis=${from}&creeAvant=${before}`)).toEqual([second.id])
    expect(await listed(`creeAvant=${from}`)).toContain(first.id)
    expect((await agent.get(`${documents}?creeDepuis=hier`)).body).toMatchObject({
      code: 'requete_invalide',
      fields: [{ field: 'creeDepuis' }],
    })
  })

  test('la liste se parcourt page par page, sans trou ni doublon', async () => {
    const made = await Promise.all(Array.from({ length: 5 }, (_, n) => create({ objet: `Page ${n}` })))
    const seen: string[] = []
    for (let next: string | null = ''; next !== null;) {
      const { body } = await agent.get(`${documents}?limite=2&q=page${next && `&apres=${next}`}`)
      seen.push(...(body['items'] as Shown[]).map(each => each.id))
      next = body['next'] as string | null
    }
    expect(seen.sort()).toEqual(made.map(each => each.id).sort())
  })
})

describe('un fichier', () => {
  test('revient tel qu’il a été déposé, avec son nom, en entier ou par plages', async () => {
    const document = await create()
    const { values } = (await (await put(document, PDF)).json()) as Shown
    expect(values['acte']).toEqual({
      sha256: sha256(PDF),
      name: 'délibération.pdf',
      size: PDF.length,
      type: 'application/pdf',
    })
    const path = `${documents}/${document.id}/fichiers/acte/${sha256(PDF)}`
    const whole = await agent.raw(path)
    expect(Buffer.from(await whole.arrayBuffer())).toEqual(PDF)
    expect(whole.headers.get('content-type')).toBe('application/pdf')
    expect(whole.headers.get('content-disposition')).toBe(
      `attachment; filename="deliberation.pdf"; filename*=UTF-8''d%C3%A9lib%C3%A9ration.pdf`,
    )
    expect(whole.headers.get('content-security-policy')).toContain('sandbox')
    const ranges = [
      ['bytes=0-7', '%PDF-1.7', `bytes 0-7/${PDF.length}`],
      ['bytes=-6', '%%EOF\n', `bytes ${PDF.length - 6}-${PDF.length - 1}/${PDF.length}`],
    ] as const
    for (const [range, expected, described] of ranges) {
      const part = await agent.raw(path, { headers: { range } })
      expect([part.status, await part.text(), part.headers.get('content-range')]).toEqual([206, expected, described])
    }
    expect((await agent.raw(path, { headers: { range: 'bytes=9999-' } })).status).toBe(416)
    const head = await agent.raw(path, { method: 'HEAD' })
    expect(head.headers.get('content-length')).toBe(String(PDF.length))
  })

  test('s’ajoute aux annexes, puis s’en retire', async () => {
    const document = await create()
    const one = (await (await put(document, 'première', 'a.txt', 'annexes')).json()) as Shown
    const two = (await (await put(one, 'seconde', 'b.txt', 'annexes')).json()) as Shown
    expect(two.values['annexes']).toMatchObject([{ name: 'a.txt' }, { name: 'b.txt' }])
    const path = `${documents}/${document.id}/fichiers/annexes/${sha256(Buffer.from('première'))}`
    const left = await agent.send('DELETE', `${path}?version=${two.version}`)
    expect((left.body as unknown as Shown).values['annexes']).toMatchObject([{ name: 'b.txt' }])
    expect((await agent.raw(path)).status).toBe(404)
  })

  test('connu par son empreinte dans un autre document ne se lit pas ici', async () => {
    const [owner, other] = [await create(), await create()]
    await put(owner, PDF)
    await put(other, 'autre chose')
    expect((await agent.raw(`${documents}/${other.id}/fichiers/acte/${sha256(PDF)}`)).status).toBe(404)
  })

  test('trop gros et annoncé, il est refusé avec la limite de son champ', async () => {
    const response = await put(await create(), randomBytes(6_000_000))
    expect(response.status).toBe(413)
    expect(await response.json()).toMatchObject({
      code: 'fichier_trop_volumineux',
      detail: expect.stringContaining('« délibération.pdf » dépasse 4,8 Mo') as string,
    })
  })

  /** A client that listens only once it has said everything, as many do: cut meanwhile, it would never read the sentence. */
  const sendAllThenRead = async (path: string, megabytes: number): Promise<string> => {
    const { hostname, port } = new URL(server.origin)
    const socket = connect(Number(port), hostname)
    const chunk = randomBytes(1 << 20)
    async function* request() {
      yield `PUT /api/v3${path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n`
      yield `Authorization: ${basic('agent')['authorization'] ?? ''}\r\n\r\n`
      for (let n = 0; n < megabytes; n++) {
        yield '100000\r\n'
        yield chunk
        yield '\r\n'
      }
      yield '0\r\n\r\n'
    }
    for await (const piece of request()) if (!socket.write(piece)) await once(socket, 'drain')
    const [answer] = (await once(socket, 'data')) as [Buffer]
    socket.destroy()
    return answer.toString()
  }

  test('300 Mo sans taille annoncée sont refusés par une phrase, la mémoire restant bornée', async () => {
    const document = await create()
    const before = process.memoryUsage().rss
    const path = `${documents}/${document.id}/fichiers/annexes?nom=enorme.bin&version=${document.version}`
    const answer = await sendAllThenRead(path, 300)
    expect(answer).toMatch(/^HTTP\/1\.1 413 /u)
    expect(answer).toContain('« enorme.bin » dépasse 19,1 Mo')
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024)
    expect((await agent.get(`${documents}/${document.id}`)).body['values']).not.toHaveProperty('annexes')
  })
})

describe('les événements', () => {
  test('annoncent aussitôt ce qui bouge, dans cette entité, à qui peut le lire', async () => {
    const open = (client: Client) => client.raw(`/entites/${people.town}/evenements`)
    const [mine, blind] = [await open(agent), await open(await reader('aveugle', ['journal:lecture']))]
    const { id, version } = await create()
    const heard = async (response: Response): Promise<string> => {
      let said = ''
      // A few beats later, what had to come has come.
      for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
        said += Buffer.from(chunk).toString()
        if (said.split(': ping').length > 4) break
      }
      return said
    }
    const [seen, unseen] = await Promise.all([heard(mine), heard(blind)])
    expect(seen).toContain(`data: {"documentId":"${id}","version":${version},"state":"brouillon","flow":"note"}`)
    expect(unseen).not.toContain('event: document')
    // Coming back: what was heard is not told again, what came meanwhile is.
    const [lastId] = [...seen.matchAll(/^id: (.+)$/gmu)].map(([, given]) => given ?? '').slice(-1)
    const meanwhile = await create()
    const resumed = await heard(
      await agent.raw(`/entites/${people.town}/evenements`, { headers: { 'last-event-id': lastId ?? '' } }),
    )
    expect(resumed).toContain(meanwhile.id)
    expect(resumed).not.toContain(`"${id}"`)
  })
})

test('tout un document se télécharge en un zip, fichiers, valeurs et journal', async () => {
  const document = await create({ objet: 'École & cantine' })
  const held = (await (await put(document, PDF, 'délibération.pdf')).json()) as Shown
  const twin = (await (await put(held, PDF, 'délibération.pdf', 'annexes')).json()) as Shown
  await put(twin, Buffer.from('%PDF-1.7 autre'), 'délibération.pdf', 'annexes')
  const answer = await agent.raw(`${documents}/${document.id}/archive`)
  expect(answer.headers.get('content-disposition')).toContain('Ecole & cantine.zip')
  const zip = await yauzl.fromBufferPromise(Buffer.from(await answer.arrayBuffer()))
  const entries: Record<string, Buffer> = {}
  for await (const entry of zip.eachEntry())
    entries[entry.fileName] = await buffer(await zip.openReadStreamPromise(entry))
  expect(Object.keys(entries).sort()).toEqual([
    'document.json',
    'délibération.pdf',
    'délibération_1.pdf',
    'journal.json',
  ])
  expect(entries['délibération.pdf']).toEqual(PDF)
  expect(JSON.parse(String(entries['document.json']))).toMatchObject({ title: 'École & cantine' })
  expect(JSON.parse(String(entries['journal.json']))).not.toHaveLength(0)
})

describe('la version lue (ETag, If-Match)', () => {
  const patch = (id: string, headers: Readonly<Record<string, string>>, body: object) =>
    agent.raw(`${documents}/${id}`, {
      method: 'PATCH',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    })

  test('tient lieu de « version », et une version dépassée est refusée par 412', async () => {
    const { id } = await create()
    const etag = (await agent.get(`${documents}/${id}`)).headers.get('etag') ?? ''
    expect(etag).toMatch(/^"\d+"$/u)
    const edited = await patch(id, { 'if-match': etag }, { values: { objet: 'Corrigé' } })
    expect(edited.status).toBe(200)
    expect(edited.headers.get('etag')).not.toBe(etag)
    const late = await patch(id, { 'if-match': etag }, { values: { objet: 'Trop tard' } })
    expect(late.status).toBe(412)
    expect(await late.json()).toMatchObject({ code: 'version_depassee' })
    expect((await agent.get(`${documents}/${id}`)).body).toMatchObject({ title: 'Corrigé' })
  })

  test('sans elle, ni « version », la demande dit ce qui manque', async () => {
    const { id } = await create()
    expect(await (await patch(id, {}, { values: {} })).json()).toMatchObject({ fields: [{ field: 'version' }] })
    expect((await patch(id, { 'if-match': 'W/"x"' }, { values: {} })).status).toBe(400)
  })
})

describe('une création sous une clé (Idempotency-Key)', () => {
  const post = (key: string, body: object, by = agent) =>
    by.raw(documents, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
    })
  const note = (objet: string) => ({ flow: 'note', values: { objet } })

  test('répétée, elle rend la même réponse et ne crée rien de plus', async () => {
    const first = await post('cle-1', note('Une fois'))
    const again = await post('cle-1', note('Une fois'))
    expect([first.status, again.status]).toEqual([201, 201])
    expect(await again.json()).toEqual(await first.json())
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    expect((await agent.get(`${documents}?q=fois`)).body['items']).toHaveLength(1)
  })

  test('de deux demandes simultanées, une seule crée', async () => {
    const answers = await Promise.all([1, 2, 3].map(() => post('cle-2', note('Simultanée'))))
    expect(answers.filter(each => each.status === 201).length).toBeGreaterThan(0)
    for (const each of answers) expect([201, 409]).toContain(each.status)
    expect((await agent.get(`${documents}?q=simultanee`)).body['items']).toHaveLength(1)
  })

  test('pour une autre demande, la clé est refusée ; pour un autre compte, elle est libre', async () => {
    await post('cle-3', note('Première'))
    expect(await (await post('cle-3', note('Autre'))).json()).toMatchObject({ code: 'cle_deja_employee' })
    expect((await post('cle-3', note('Autre'), server.as(basic('admin')))).status).toBe(201)
  })

  test('une création refusée laisse la clé pour la demande corrigée', async () => {
    expect((await post('cle-4', note('x'.repeat(51)))).status).toBe(422)
    expect((await post('cle-4', note('Corrigée'))).status).toBe(201)
  })

  test('une demande morte sans réponse n’est jamais refaite sous sa clé', async () => {
    const request = JSON.stringify(['POST', `/api/v3${documents}`, note('Perdue')])
    const requestHash = createHash('sha256').update(request).digest()
    await database.knex('idempotency_keys').insert({
      userId: people.agent.id,
      key: 'cle-5',
      requestHash,
      createdAt: new Date(),
    })
    expect(await (await post('cle-5', note('Perdue'))).json()).toMatchObject({ code: 'demande_deja_recue' })
  })
})

describe('qui peut quoi', () => {
  test('sans droit de lire un flux, ni lui ni ses documents n’existent', async () => {
    const { id } = await create()
    const blind = await reader('sans-flux', ['entite:lecture'])
    expect((await blind.get(`/entites/${people.town}/flux`)).body).toEqual({ items: [] })
    expect((await blind.get(documents)).body).toEqual({ items: [], next: null })
    expect((await blind.get(`${documents}/${id}`)).body.code).toBe('document_introuvable')
    expect((await blind.send('POST', documents, { flow: 'note' })).body.code).toBe('flux_introuvable')
    expect((await blind.get('/flux/note')).body.code).toBe('flux_introuvable')
  })

  test('qui peut lire sans éditer voit tout et ne change rien', async () => {
    const document = await create()
    const only = await reader('lecteur', ['note:lecture'])
    expect((await only.get(`/entites/${people.town}/flux`)).body['items']).toMatchObject([
      { id: 'note', canCreate: false },
    ])
    expect((await only.get(`${documents}/${document.id}`)).status).toBe(200)
    const refused = await only.send('PATCH', `${documents}/${document.id}`, { version: document.version, values: {} })
    expect(refused).toMatchObject({
      status: 403,
      body: { code: 'droit_insuffisant', detail: 'Le droit manquant est « note:edition ».' },
    })
  })

  const scoped = apiRoutes().filter(route => route.path.includes(':entityId'))
  const fill = (path: string, entityId: string, documentId: string) =>
    path
      .replace(':entityId', entityId)
      .replace(':documentId', documentId)
      .replace(':instanceId', '1')
      .replace(':field', 'acte')
      .replace(':sha256', 'a'.repeat(64))
      .replace(':viewer', 'pes')
      .replace(':action', 'envoyer')
      .replace(':link', 'visa.confirmer')
      .replace(':schedule', 'relever')
      .replace(':userId', '1')
      .replace(':recordingId', '1')
      .replace(':reportId', '1')
      .replace(':uploadId', 'x')
      .replace(':seq', '1')
      .replace(':batchId', '1')
      .replace(':contactId', '1')
      .replace(':mailGroupId', '1')

  test('toute adresse d’une entité est connue de ce contrôle', () => {
    expect(scoped.length).toBeGreaterThan(20)
    for (const { path } of scoped) expect(fill(path, '1', 'x')).not.toContain(':')
  })

  test.each(scoped.map(route => [route.method, route.path] as const))(
    '%s %s : l’administrateur de la ville voisine n’y est pas',
    async (method, path) => {
      const { id } = await create({ objet: 'Secret' }, server.as(basic('agent')))
      const stranger = server.as(basic('voisin'))
      const address = fill(path, people.town, id)
      expect((await stranger.send(method, address, method === 'GET' ? undefined : {})).body.code).toBe(
        'entite_introuvable',
      )
      expect((await server.as().send(method, address)).body.code).toBe('non_authentifie')
    },
  )

  test.each(
    scoped
      .filter(route => route.path.includes(':documentId'))
      .map(route => [route.method, route.path, 'properties' in route.query ? route.query.properties : {}] as const),
  )('%s %s : ni par sa propre entité avec le document d’une autre', async (method, path, named) => {
    const { id } = await create({ objet: 'Secret' }, server.as(basic('agent')))
    const query = Object.entries({ version: '1', nom: 'a.pdf' }).filter(([name]) => name in Object(named))
    const address = `${fill(path, people.neighbour, id)}?${new URLSearchParams(query)}`
    const bodies = { PATCH: { version: 1, values: {} }, POST: { version: 1 } } as Readonly<Record<string, object>>
    const forced = { version: 1, state: 'termine', reason: 'Essai du voisin' }
    const body = path.endsWith('/etat') ? forced : bodies[method]
    const answer = await server.as(basic('voisin')).send(method, address, body)
    expect(answer.body.code).toBe('document_introuvable')
  })
})

describe('la description de l’API', () => {
  test('est un OpenAPI 3.1 valide, et complet', async () => {
    const { body } = await server.as().get('/openapi.json')
    const result = await new Validator().validate(structuredClone(body))
    expect(result.errors).toBeUndefined()
    expect(result.valid).toBe(true)
    const paths = body['paths'] as Record<string, Record<string, { summary: string }>>
    for (const { method, path } of apiRoutes()) {
      const operation = paths[path.replaceAll(/:(\w+)/gu, '{$1}')]?.[method.toLowerCase()]
      expect(operation?.summary, `${method} ${path}`).toMatch(/^\p{Lu}.+/u)
    }
    const identifiers = Object.values(paths).flatMap(each =>
      Object.values(each).map(operation => (operation as unknown as { operationId: string }).operationId),
    )
    expect(new Set(identifiers).size).toBe(identifiers.length)
  })
})

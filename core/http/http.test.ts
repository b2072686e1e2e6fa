import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Type from 'typebox'
import { request } from 'undici'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createToken } from '../access/tokens.ts'
import { createUser } from '../access/users.ts'
import { testDatabase, type TestDatabase } from '../testing/database.ts'
import { entityRoutes } from './api/entities.ts'
import { healthRoutes } from './api/health.ts'
import { exactly } from './api/schemas.ts'
import { sessionRoutes } from './api/session.ts'
import { basic, PASSWORD, startTestServer, twoTowns, type Client, type TestServer } from './http.fixture.ts'
import { route, sse } from './route.ts'

let database: TestDatabase
let people: Awaited<ReturnType<typeof twoTowns>>
let server: TestServer
/** The door of the last stream of events. */
let allowed = true

const Answer = Type.Object({ said: Type.String() })
const samples = [
  route({
    method: 'POST',
    path: '/essais',
    summary: 'Essai',
    body: exactly('Essai', {
      nom: Type.String({ minLength: 1, maxLength: 5 }),
      date: Type.Optional(Type.String({ format: 'date' })),
      age: Type.Optional(Type.Integer({ minimum: 0 })),
    }),
    response: Answer,
    handle: ({ body }) => ({ said: body.nom }),
  }),
  route({
    method: 'GET',
    path: '/essais',
    summary: 'Essai',
    query: Type.Object({ limite: Type.Integer({ default: 20, maximum: 100 }) }),
    response: Type.Object({ limite: Type.Integer() }),
    handle: ({ query }) => query,
  }),
  route({
    method: 'GET',
    path: '/bavard',
    summary: 'Essai',
    response: Answer,
    handle: () => ({ said: 'bonjour', passwordHash: 'secret' }),
  }),
  route({
    method: 'GET',
    path: '/panne',
    summary: 'Essai',
    handle: () => {
      throw new Error('mot de passe de la base : hunter2')
    },
  }),
  route({
    method: 'GET',
    path: '/reserve',
    summary: 'Essai',
    can: 'system:edition',
    response: Answer,
    handle: () => ({ said: 'oui' }),
  }),
  route({
    method: 'GET',
    path: '/evenements',
    summary: 'Essai',
    handle: () =>
      sse({
        subscribe(sink) {
          sink.send({ event: 'document', data: { documentId: '1', title: 'à\nla ligne' } })
          return () => undefined
        },
        stillAllowed: () => Promise.resolve(allowed),
      }),
  }),
]
const routes = [...sessionRoutes, ...entityRoutes, ...healthRoutes, ...samples]

beforeAll(async () => {
  database = await testDatabase()
  people = await twoTowns(database.knex)
  server = await startTestServer({ db: database.knex, routes, pingEvery: 50 })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await database.close()
})

const agent = (): Client => server.as(basic('agent'))

/** What a browser does: signs in, keeps the cookie, sends the token back. */
const browse = async (login: string, at = server) => {
  const opened = await at.as().send('POST', '/session', { login, password: PASSWORD })
  const cookie = opened.headers.get('set-cookie') ?? ''
  const [pair = ''] = cookie.split(';')
  const csrf = opened.body['csrf'] as string
  return { opened, cookie, pair, csrf, client: at.as({ cookie: pair, 'x-csrf-token': csrf }) }
}

describe('qui parle', () => {
  test('sans preuve, on est prié de se connecter, sans fenêtre du navigateur', async () => {
    const answer = await server.as().get('/entites')
    expect(answer).toMatchObject({ status: 401, body: { code: 'non_authentifie' } })
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/u)
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/u)
  })

  test('une session s’ouvre, sert, puis se ferme', async () => {
    const { opened, cookie, client } = await browse('agent')
    expect(opened).toMatchObject({
      status: 200,
      body: { user: { login: 'agent', lastName: 'Durand' }, home: people.town },
    })
    expect(cookie).toMatch(/^passeur_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/u)
    expect((await client.get('/session')).body).toEqual(opened.body)
    expect((await client.send('DELETE', '/session')).status).toBe(204)
    expect((await client.get('/session')).status).toBe(401)
  })

  test('derrière une adresse publique en https, le cookie n’est envoyé que chiffré', async () => {
    await using https = await startTestServer({
      db: database.knex,
      routes,
      settings: { publicUrl: 'https://passeur.test' },
    })
    const { cookie, opened } = await browse('agent', https)
    expect(cookie).toContain('; Secure')
    expect(opened.headers.get('strict-transport-security')).toBe('max-age=31536000')
  })

  test('une modification par cookie sans le jeton de la page est refusée', async () => {
    const { pair, csrf } = await browse('agent')
    const body = { nom: 'Léa' }
    const without = await server.as({ cookie: pair }).send('POST', '/essais', body)
    const wrong = await server.as({ cookie: pair, 'x-csrf-token': `${csrf}x` }).send('POST', '/essais', body)
    expect([without.body.code, wrong.body.code]).toEqual(['jeton_csrf_invalide', 'jeton_csrf_invalide'])
    expect((await server.as({ cookie: pair }).get('/session')).status).toBe(200)
    expect((await server.as({ cookie: pair, 'x-csrf-token': csrf }).send('POST', '/essais', body)).status).toBe(200)
  })

  test('se reconnecter ferme la session que le navigateur avait', async () => {
    const first = await browse('agent')
    await server.as({ cookie: first.pair }).send('POST', '/session', { login: 'agent', password: PASSWORD })
    expect((await first.client.get('/session')).status).toBe(401)
  })

  test('un programme s’annonce par mot de passe ou par jeton, sans jeton de page', async () => {
    const { token } = await createToken(database.knex, { userId: people.agent.id, name: 'GRC', now: new Date() })
    for (const proof of [basic('agent'), { authorization: `Bearer ${token}` }])
      expect((await server.as(proof).send('POST', '/essais', { nom: 'Léa' })).body).toEqual({ said: 'Léa' })
    expect((await server.as({ authorization: 'Bearer inventé' }).get('/session')).status).toBe(401)
    expect((await server.as({ authorization: 'Negotiate xyz' }).get('/session')).body['detail']).toContain('Bearer')
  })

  test('une mauvaise preuve est refusée même si le cookie est bon', async () => {
    const { pair } = await browse('agent')
    expect((await server.as({ cookie: pair, authorization: 'Bearer faux' }).get('/session')).status).toBe(401)
  })

  test('un compte de programme n’ouvre pas l’interface', async () => {
    await createUser(database.knex, { login: 'robot', password: PASSWORD, entityId: '0', program: true })
    const answer = await server.as().send('POST', '/session', { login: 'robot', password: PASSWORD })
    expect(answer).toMatchObject({ status: 403, body: { code: 'compte_de_programme' } })
    expect((await server.as(basic('robot')).get('/session')).status).toBe(200)
  })

  test('la sixième tentative en une minute attend, et dit combien', async () => {
    const attempt = (password: string) => server.as().send('POST', '/session', { login: 'voisin', password })
    for (let n = 0; n < 5; n++) expect((await attempt(`faux ${n}`)).body.code).toBe('identifiants_invalides')
    const refused = await attempt(PASSWORD)
    expect(refused).toMatchObject({ status: 429, body: { code: 'trop_de_tentatives' } })
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  })
})

describe('ce qui est demandé', () => {
  test('chaque champ fautif a son message, en français et à sa place', async () => {
    const { status, body } = await agent().send('POST', '/essais', {
      nom: 'Maximilienne',
      date: '2026-02-30',
      age: 1.5,
      autre: 1,
    })
    expect(status).toBe(422)
    expect(body).toMatchObject({
      code: 'saisie_invalide',
      title: 'Certains champs sont à corriger avant de continuer.',
    })
    expect(body['fields']).toEqual([
      {
        field: 'autre',
        code: 'additionalProperties',
        message: "Ce champ n'existe pas ici : retirez-le, ou vérifiez son nom.",
      },
      { field: 'nom', code: 'maxLength', message: 'Ce texte est trop long : 5 caractères au plus.' },
      { field: 'date', code: 'format', message: 'La valeur attendue est une date, AAAA-MM-JJ.' },
      { field: 'age', code: 'type', message: 'La valeur attendue est un nombre entier.' },
    ])
    expect((await agent().send('POST', '/essais', {})).body['fields']).toEqual([
      { field: 'nom', code: 'required', message: 'Ce champ est obligatoire : renseignez-le.' },
    ])
  })

  test('les textes d’une adresse deviennent des nombres, ou une erreur qui le dit', async () => {
    expect((await agent().get('/essais?limite=50')).body).toEqual({ limite: 50 })
    expect((await agent().get('/essais')).body).toEqual({ limite: 20 })
    expect(await agent().get('/essais?limite=mille')).toMatchObject({
      status: 400,
      body: { fields: [{ field: 'limite' }] },
    })
  })

  test.each([
    ['du texte', { 'content-type': 'text/plain' }, '{"nom":"Léa"}', 415, 'contenu_non_pris_en_charge'],
    ['du JSON tronqué', { 'content-type': 'application/json' }, '{"nom":', 400, 'corps_illisible'],
    [
      'des octets qui ne sont pas de l’UTF-8',
      { 'content-type': 'application/json' },
      Buffer.from([0x22, 0xe9, 0x22]),
      400,
      'corps_illisible',
    ],
    [
      'un corps énorme',
      { 'content-type': 'application/json' },
      JSON.stringify({ nom: 'x'.repeat(2_000_000) }),
      413,
      'corps_trop_volumineux',
    ],
  ] as const)('%s est refusé avec une phrase', async (_what, headers, body, status, code) => {
    const response = await agent().raw('/essais', { method: 'POST', headers, body })
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({ code })
  })

  test('une adresse inconnue et une méthode inconnue ont leur phrase', async () => {
    expect(await agent().get('/nulle-part')).toMatchObject({ status: 404, body: { code: 'route_introuvable' } })
    expect(await agent().send('DELETE', '/sante')).toMatchObject({
      status: 405,
      body: { code: 'methode_non_autorisee' },
    })
  })
})

describe('ce qui est répondu', () => {
  test('en production, ce que la route ne décrit pas ne sort pas', async () => {
    await using production = await startTestServer({ db: database.knex, routes, mismatch: 'drop' })
    expect((await production.as(basic('agent')).get('/bavard')).body).toEqual({ said: 'bonjour' })
  })

  test('en test, une réponse qui n’est pas celle décrite est une erreur', async () => {
    expect((await agent().get('/bavard')).body.code).toBe('erreur_interne')
  })

  test('une erreur imprévue donne un identifiant, et rien d’autre', async () => {
    const answer = await server.as({ ...basic('agent'), 'x-request-id': 'suivi-12345' }).get('/panne')
    expect(answer.body).toEqual({
      status: 500,
      code: 'erreur_interne',
      title: expect.stringContaining('imprévue') as string,
      detail: 'Identifiant : suivi-12345.',
    })
    expect(server.logged.some(({ facts }) => 'requestId' in facts && facts.requestId === 'suivi-12345')).toBe(true)
  })

  test('rien ne se garde dans un cache, rien ne s’exécute d’ailleurs', async () => {
    const { headers } = await agent().get('/entites')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('content-security-policy')).toContain("script-src 'self';")
    expect(headers.get('x-content-type-options')).toBe('nosniff')
  })

  test('le journal technique ne contient ni mot de passe, ni jeton, ni cookie', async () => {
    const { pair, csrf } = await browse('agent')
    await agent().get('/entites?q=secret-cherche')
    const written = JSON.stringify(server.logged)
    for (const secret of [
      PASSWORD,
      pair.split('=')[1] ?? '?',
      csrf,
      basic('agent')['authorization'] ?? '?',
      'secret-cherche',
    ])
      expect(written).not.toContain(secret)
    expect(server.logged.some(({ facts }) => 'login' in facts && facts.login === 'agent')).toBe(true)
  })

  test('la santé se demande sans compte', async () => {
    expect((await server.as().get('/sante')).body).toEqual({ status: 'ok' })
  })

  test('les mesures ne sortent que si la configuration le dit', async () => {
    expect((await fetch(`${server.origin}/metrics`)).status).toBe(404)
    await using measured = await startTestServer({ db: database.knex, routes, settings: { metrics: true } })
    await measured.as(basic('agent')).get(`/entites/${people.town}`)
    const text = await (await fetch(`${measured.origin}/metrics`)).text()
    expect(text).toContain('passeur_http_seconds_count{method="GET",route="/api/v3/entites/:entityId",status="200"} 1')
  })
})

describe('les événements', () => {
  test('arrivent au fil de l’eau, avec un battement, jusqu’à ce que le droit soit retiré', async () => {
    allowed = true
    const response = await agent().raw('/evenements')
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/u)
    expect(response.headers.get('content-encoding')).toBeNull()
    let text = ''
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      text += Buffer.from(chunk).toString()
      if (text.includes(': ping')) allowed = false
    }
    expect(text).toContain('event: document\ndata: {"documentId":"1","title":"à\\nla ligne"}\n\n')
  })

  test('se terminent quand le serveur s’arrête', async () => {
    allowed = true
    const stopping = await startTestServer({ db: database.knex, routes })
    const response = await stopping.as(basic('agent')).raw('/evenements')
    const [text] = await Promise.all([response.text(), stopping[Symbol.asyncDispose]()])
    expect(text).toContain('event: document')
  })
})

describe('où', () => {
  test('un agent voit sa ville et ses services, l’arbre commençant là où ses droits commencent', async () => {
    expect((await agent().get('/entites')).body['items']).toMatchObject([
      { id: people.town, name: 'Ville', parentId: null },
      { id: people.service, name: 'Service des assemblées', parentId: people.town },
    ])
    const all = (await server.as(basic('admin')).get('/entites')).body['items'] as { id: string; parentId: string }[]
    expect(all.map(each => each.id)).toEqual(['0', people.town, people.service, people.neighbour])
    expect(all[1]?.parentId).toBe('0')
  })

  test('les droits d’un administrateur sont énumérés', async () => {
    const { body } = await agent().get(`/entites/${people.town}`)
    expect(body['rights']).toContain('connecteur:edition')
    expect(body['rights']).not.toContain('*')
  })

  test('une entité d’ailleurs et une entité qui n’existe pas se ressemblent', async () => {
    const answers = await Promise.all([people.neighbour, '999999', 'abc', '0'].map(id => agent().get(`/entites/${id}`)))
    expect(answers.map(each => each.body.code)).toEqual(Array.from({ length: 4 }, () => 'entite_introuvable'))
  })

  test('un droit demandé hors de toute entité est celui de la racine', async () => {
    expect(await agent().get('/reserve')).toMatchObject({ status: 403, body: { code: 'droit_insuffisant' } })
    expect((await server.as(basic('admin')).get('/reserve')).status).toBe(200)
  })
})

describe('l’interface', () => {
  test('ses fichiers nommés par empreinte se gardent, ses pages reviennent toujours à index.html', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'passeur-ui-'))
    await mkdir(join(folder, 'assets'))
    await writeFile(join(folder, 'index.html'), '<!doctype html><title>Passeur</title>')
    await writeFile(join(folder, 'assets/index-a1b2.js'), 'export {}')
    await using served = await startTestServer({ db: database.knex, routes, ui: folder })
    const page = await fetch(`${served.origin}/entites/1/documents`, { headers: { accept: 'text/html' } })
    expect(await page.text()).toContain('<title>Passeur</title>')
    expect(page.headers.get('cache-control')).toBe('no-cache')
    const script = await fetch(`${served.origin}/assets/index-a1b2.js`)
    expect(script.headers.get('cache-control')).toContain('immutable')
    expect(script.headers.get('content-type')).toContain('javascript')
    expect((await fetch(`${served.origin}/assets/absent.js`)).status).toBe(404)
    expect((await fetch(`${served.origin}/..%2f..%2fetc%2fpasswd`)).status).toBe(404)
    // Not `fetch`, which adds « no-cache » to whoever asks conditionally.
    const again = await request(page.url, {
      headers: { accept: 'text/html', 'if-none-match': page.headers.get('etag') ?? '' },
    })
    expect(again.statusCode).toBe(304)
    await rm(folder, { recursive: true })
  })

  test('absente, elle le dit', async () => {
    const answer = await fetch(server.origin)
    expect(answer.status).toBe(503)
    expect(await answer.text()).toContain('npm start')
  })
})

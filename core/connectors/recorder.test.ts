import { createSecretKey, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { defineConnector } from '../authoring/connectors.ts'
import { secret, text, url } from '../authoring/fields.ts'
import { TemporaryError } from '../authoring/errors.ts'
import { testFlows, town } from '../documents/documents.fixture.ts'
import { createFinder } from '../documents/finder.ts'
import { keptLog } from '../testing/connect.ts'
import { testDatabase, type TestDatabase } from '../testing/database.ts'
import { temporaryFiles } from '../testing/disk-files.ts'
import { startSimServer, type SimRequest, type SimServer } from '../testing/sim-server.ts'
import { virtualClock } from '../testing/test-hub.ts'
import { createConnections, secretContext, type Connections } from './connections.ts'
import { instanceRow } from './connectors.fixture.ts'
import { createRecordings, forgetRecordings } from './recordings.ts'
import { createRegistry } from './registry.ts'
import { createSecrets } from './secrets.ts'

const SECRET = 'tr3s-secret/é'

/** Says its password in every place where one is put. */
const bavard = defineConnector({
  id: 'bavard',
  version: 1,
  label: 'Bavard',
  provides: [],
  config: { url: url('Adresse', { required: true }), login: text('Identifiant'), motDePasse: secret('Mot de passe') },
  connect: ({ config, http, files, trace }) => {
    const { motDePasse = '' } = config
    const client = http.client({ baseUrl: config.url ?? '', basic: { user: 'ville', password: motDePasse } })
    return {
      async check() {
        const file = await files.save('%PDF contenu-du-fichier', 'note.pdf')
        await client.request({
          method: 'POST',
          path: `/depot/${encodeURIComponent(motDePasse)}`,
          query: { access_token: 'jeton-d-acces' },
          headers: { 'x-api-key': 'cle-d-api' },
          body: {
            parts: [
              { name: 'acte', file },
              { name: 'note', value: `mdp ${motDePasse}` },
            ],
          },
        })
        await client.request({
          method: 'POST',
          path: '/form',
          body: { form: { login: 'v', mot_de_passe: motDePasse } },
        })
        const answer = await client.request({ method: 'POST', path: '/json', body: { json: { motDePasse, n: 1 } } })
        await answer.text()
        trace(`LOGIN ville ${motDePasse}`)
        return 'ok'
      },
    }
  },
})

let database: TestDatabase
let files: Awaited<ReturnType<typeof temporaryFiles>>
let server: SimServer
let connections: Connections
let respond: (request: SimRequest) => { status?: number; body?: string; headers?: Record<string, string> }
let id: string
let entityId: string
let userId: string
const clock = virtualClock('2026-07-14T09:30:00Z')
const log = keptLog()

beforeAll(async () => {
  database = await testDatabase()
  files = await temporaryFiles()
  server = await startSimServer({ handler: request => respond(request) })
})
afterAll(async () => {
  await connections.close()
  await server.close()
  await files[Symbol.asyncDispose]()
  await database.close()
})
beforeEach(async () => {
  respond = ({ body }) => ({
    body: `{"session":"ok","echo":${JSON.stringify(body.toString())},"refresh_token":"jeton-de-retour"}`,
    headers: { 'content-type': 'application/json', 'set-cookie': 'JSESSIONID=biscuit-secret; Path=/' },
  })
  entityId = await town(database.knex, 'Ville')
  const [user] = await database
    .knex('users')
    .insert({ login: `admin-${entityId}`, entityId })
    .returning<{ id: string }[]>('id')
  userId = user?.id ?? ''
  const secrets = createSecrets({ current: createSecretKey(randomBytes(32)), old: [] })
  const sealed = secrets.seal({ motDePasse: SECRET }, secretContext({ entityId, connector: 'bavard' }))
  id = await instanceRow(database.knex, entityId, {
    connector: 'bavard',
    connectorVersion: 1,
    label: 'Bavard de la ville',
    config: JSON.stringify({ url: server.url }),
    secrets: sealed,
  })
  const registry = createRegistry([{ definition: bavard, help: '' }])
  await connections?.close()
  connections = createConnections({
    db: database.knex,
    registry,
    secrets,
    files,
    finder: createFinder({ db: database.knex, flows: testFlows, clock }),
    clock,
    log,
    allowedRanges: ['127.0.0.0/8'],
  })
})

const recordings = () => createRecordings({ db: database.knex, clock })
const ask = () => recordings().ask({ entityId, userId }, id)
const list = () => recordings().list(entityId, id)
const check = (occasion = 'Test de la connexion') =>
  connections.during([id], { occasion, facts: { document: 'd1' } }, async () =>
    (await connections.open(id)).connector.check(),
  )
const read = async (): Promise<string> => {
  const [newest] = await list()
  return (await recordings().read(entityId, id, newest?.id ?? '0')).text
}

test('l’échange suivant est enregistré, une fois, sans aucun secret ni contenu de fichier', async () => {
  await check()
  expect(await list()).toEqual([])
  expect(await ask()).toMatchObject([{ status: 'waiting', askedUntil: '2026-07-15T09:30:00.000Z', takenAt: null }])
  await check()
  const dump = await read()
  expect(dump).toContain('Connecteur : Bavard de la ville (bavard, version 1)')
  expect(dump).toContain('document : d1')
  expect(dump).toContain(`→ POST ${server.url}/depot/***?access_token=***`)
  expect(dump).toMatch(/acte \(note\.pdf\) : \[fichier « note\.pdf », 23 octets, SHA-256 [0-9a-f]{64}\]/u)
  expect(dump).toContain('"n":1')
  expect(dump).toMatch(/← 200/u)
  expect(dump).toContain('LOGIN ville ***')
  expect(dump).toContain('Résultat : pas d’erreur.')
  for (const hidden of [
    SECRET,
    encodeURIComponent(SECRET),
    Buffer.from(`ville:${SECRET}`).toString('base64'),
    'jeton-d-acces',
    'cle-d-api',
    'jeton-de-retour',
    'biscuit-secret',
    'contenu-du-fichier',
  ])
    expect(dump).not.toContain(hidden)
  const before = server.seen.length
  await check()
  expect(server.seen.length).toBe(before + 3)
  expect(await list()).toHaveLength(1)
})

test('ce que la base garde est déjà masqué, et le journal dit qui a demandé et quand', async () => {
  await ask()
  await check()
  const rows = JSON.stringify(await database.knex('connector_recordings').select())
  expect(rows).not.toContain(SECRET)
  const lines = await database
    .knex('journal')
    .where({ entityId })
    .orderBy('seq')
    .select<{ message: string }[]>('message')
  expect(lines.map(line => line.message)).toEqual([
    'Enregistrement du prochain échange de « Bavard de la ville » demandé.',
    'Échange de « Bavard de la ville » enregistré.',
  ])
})

test('un appel qui échoue est enregistré avec son erreur, et l’échoue comme avant', async () => {
  respond = () => ({ status: 302, headers: { location: `https://autre/?code=abcd&n=1` } })
  await ask()
  const failing = connections.during([id], { occasion: 'Envoyer' }, async () => {
    await (await connections.open(id)).connector.check()
    throw new TemporaryError(`Refusé avec ${SECRET}.`)
  })
  await expect(failing).rejects.toThrow('Refusé avec')
  const dump = await read()
  expect(dump).toContain('location: https://autre/?code=***&n=1')
  expect(dump).toContain('Résultat : TemporaryError : Refusé avec ***.')
})

test('de deux appels simultanés un seul est enregistré, et aucun n’y voit l’autre', async () => {
  await ask()
  await Promise.all([check('premier'), check('second')])
  expect(await list()).toHaveLength(1)
  expect((await read()).match(/→ POST/gu)).toHaveLength(3)
})

test('une grosse réponse est gardée par son début, et un secret coupé n’y laisse rien', async () => {
  const filler = 'x '.repeat(32_768 - 4)
  respond = () => ({ body: `${filler}${SECRET}${'y '.repeat(50_000)}`, headers: { 'content-type': 'text/plain' } })
  await ask()
  await check()
  const dump = await read()
  expect(dump).not.toContain(SECRET.slice(0, 6))
  expect(dump).toMatch(/\[réponse de \d+ octets, SHA-256 [0-9a-f]{64} ; en voici le début\]/u)
  expect(dump.length).toBeLessThan(300_000)
})

test('une demande oubliée s’efface en un jour, un enregistrement en sept', async () => {
  await ask()
  clock.advance('25 h')
  await check()
  expect(await list()).toEqual([])
  await forgetRecordings(database.knex, clock.now())
  await ask()
  await check()
  clock.advance('6 d')
  await forgetRecordings(database.knex, clock.now())
  expect(await list()).toMatchObject([{ status: 'ready' }])
  clock.advance('25 h')
  expect(await list()).toEqual([])
  expect(await forgetRecordings(database.knex, clock.now())).toBeGreaterThan(0)
  expect(await database.knex('connector_recordings').where({ instanceId: id })).toEqual([])
})

test('redemander ne fait qu’un enregistrement ; y renoncer l’empêche', async () => {
  await ask()
  const [only, ...others] = await ask()
  expect(others).toEqual([])
  await recordings().remove({ entityId, userId }, id, only?.id ?? '')
  await check()
  expect(await list()).toEqual([])
  await expect(recordings().read(entityId, id, only?.id ?? '')).rejects.toMatchObject({
    code: 'enregistrement_introuvable',
  })
})

test('une entité qui hérite du connecteur n’en voit pas les échanges', async () => {
  const service = await town(database.knex, 'Service', entityId)
  await expect(recordings().list(service, id)).rejects.toMatchObject({ code: 'connecteur_introuvable' })
  await expect(recordings().ask({ entityId: service, userId }, id)).rejects.toMatchObject({
    code: 'connecteur_introuvable',
  })
})

test('le délai que le service demande va avec l’erreur, sans que le connecteur s’en mêle', async () => {
  respond = () => ({ status: 429, headers: { 'retry-after': '90' } })
  const failing = (then: () => Promise<unknown>) =>
    connections.during([id], { occasion: 'Envoyer' }, async () => {
      await (await connections.open(id)).connector.check()
      await then()
      throw new TemporaryError('Trop de demandes.', { maybeSent: true })
    })
  await expect(failing(async () => undefined)).rejects.toMatchObject({ retryAfter: 90_000, maybeSent: true })
  const calm = async () => {
    respond = () => ({ status: 500 })
    await (await connections.open(id)).connector.check()
  }
  await expect(failing(calm)).rejects.toMatchObject({ retryAfter: undefined })
})

test('les lignes du journal technique disent de quel appel et de quel document elles parlent', async () => {
  await check()
  const last = log.lines.at(-1)?.facts
  expect(last).toMatchObject({
    instance: id,
    document: 'd1',
    call: expect.stringMatching(/^[0-9a-f-]{36}$/u) as string,
  })
})

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startWholeHub, type WholeHub } from '#core/conformance'
import { clientOf, request, sendRaw } from './testing.ts'

let hub: WholeHub
let api: ReturnType<typeof clientOf>
beforeAll(async () => {
  hub = await startWholeHub()
  api = clientOf(hub)
})
afterAll(() => hub[Symbol.asyncDispose]())

const refused = (message: string) => ({ status: 'error', 'error-message': message })

describe('la façade HTTP de Pastell', () => {
  test.each([
    '/api/v2/version',
    '/api/v2//version',
    '//api/v2/version/',
    '/api/?api_function=v2/version',
    '/api/index.php?api_function=v2/version',
    '/api/v2/Version/reste/ignore?inconnu=1',
  ])('%s donne la version', async path => {
    const { status, json, headers } = await api('GET', path)
    expect(status).toBe(200)
    expect(json).toMatchObject({ version: expect.stringMatching(/^4\.1\./u) as string })
    expect(headers['content-type']).toBe('application/json; charset=utf-8')
  })

  test('l’ordre des refus est celui de Pastell : méthode, fonction, script, version, preuve, ressource', async () => {
    const nobody = { login: null }
    for (const method of ['PUT', 'HEAD', 'OPTIONS', 'TRACE'])
      expect((await api(method, '/version', nobody)).status, method).toBe(405)
    expect(await api('GET', '/api/', nobody)).toMatchObject({
      status: 400,
      json: refused("Il faut spécifier une fonction de l'api"),
    })
    expect(await api('GET', '/api/rien.php', nobody)).toMatchObject({
      status: 404,
      json: refused('Impossible de trouver le script rien.php'),
    })
    expect(await api('GET', '/api/V2/version', nobody)).toMatchObject({
      status: 400,
      json: refused("Version de l'API incorrecte ou version absente"),
    })
    const unknown = await api('GET', '/rien', nobody)
    expect(unknown).toMatchObject({ status: 401, json: refused('Accès interdit') })
    expect(unknown.headers['www-authenticate']).toBe('Basic realm="API Pastell"')
    expect(await api('GET', '/rien')).toMatchObject({
      status: 404,
      json: refused("La ressource Rien n'a pas été trouvée"),
    })
    expect(await api('GET', '/api/v2')).toMatchObject({ status: 400, json: refused('Ressource absente') })
    expect(await api('POST', '/version')).toMatchObject({
      status: 405,
      json: refused("La méthode post n'existe pas pour cette ressource"),
    })
  })

  test('une offre de HTTP/2 en clair est ignorée, la demande reçoit sa réponse', async () => {
    const headers = { Upgrade: 'h2c', 'HTTP2-Settings': 'AAMAAABkAAQAAP__' }
    const bytes = request('GET', '/api/v2/version', { headers })
    const asked = Buffer.from(
      bytes.toString('latin1').replace('Connection: close', 'Connection: Upgrade, HTTP2-Settings, close'),
      'latin1',
    )
    expect((await sendRaw(hub.port, asked)).status).toBe(200)
  })

  test('la sonde des outils de supervision répond, avec une preuve', async () => {
    expect(await api('GET', '/api/rest/allo')).toMatchObject({ status: 200, json: { produit: 'Pastell' } })
    expect((await api('GET', '/api/rest/allo', { login: null })).status).toBe(401)
  })

  test('la première version répond sur une ligne, avec des textes', async () => {
    const { status, text } = await api('POST', '/api/version.php')
    expect(status).toBe(200)
    expect(text).toContain('"last_changed_date":""')
    expect(text).not.toContain('\n')
  })

  test('« /api » renvoie à « /api/ », et l’API native garde ses adresses', async () => {
    expect((await api('GET', '/api', { login: null })).status).toBe(301)
    expect((await api('GET', '/api/v3/session')).json).toMatchObject({ user: { login: 'agent' } })
  })
})

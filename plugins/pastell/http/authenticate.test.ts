import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createUser, updateUser } from '#core'
import { HUB_PASSWORD, startWholeHub, type WholeHub } from '#core/conformance'
import { createAuthority } from '#core/testing'
import { basic, clientOf } from '../testing.ts'

const authority = createAuthority('Autorité des agents')
const own = authority.issueClient('Agent').certificate
const other = authority.issueClient('Agent').certificate
const ended = authority.issueClient('Agent', { notAfter: new Date('2020-01-01') }).certificate

const der = (pem: string) => pem.replaceAll(/-----[A-Z ]+-----|\s/gu, '')
/** As nginx, Apache, HAProxy and RFC 9440 write it. */
const WRITINGS: readonly (readonly [string, (pem: string) => string])[] = [
  ['nginx', encodeURIComponent],
  ['Apache', pem => pem.trim().replaceAll(/\s+/gu, ' ')],
  ['HAProxy', der],
  ['RFC 9440', pem => `:${der(pem)}:`],
]

let hub: WholeHub
let api: ReturnType<typeof clientOf>
beforeAll(async () => {
  hub = await startWholeHub({
    environment: { PASSEUR_BEHIND_PROXY: 'true', PASSEUR_CERTIFICATE_HEADER: 'X-Client-Certificate' },
  })
  api = clientOf(hub)
})
afterAll(() => hub[Symbol.asyncDispose]())

const holds = (user: 'agent' | 'voisin', certificate: string | null) =>
  updateUser(hub.hub.cradle.db, hub.users[user], { certificate })
const showing = (pem: string, write: (pem: string) => string = encodeURIComponent) => ({
  login: null,
  headers: { 'X-Client-Certificate': write(pem) },
})
const REFUSED = { status: 401, json: { status: 'error', 'error-message': 'Accès interdit' } }

describe('le certificat du client, tel que le serveur mandataire le transmet', () => {
  beforeEach(async () => {
    await holds('agent', own)
    await holds('voisin', null)
  })

  test.each(WRITINGS)('prouve le compte à lui seul, écrit comme par %s', async (_name, write) => {
    const tokens = await api('POST', '/utilisateur/token', { ...showing(own, write), body: 'name=essai' })
    expect(tokens).toMatchObject({ status: 201, json: { id_u: hub.users.agent } })
  })

  test('un autre, un périmé ou un illisible ne prouvent rien', async () => {
    expect(await api('GET', '/version', showing(other))).toMatchObject(REFUSED)
    expect(await api('GET', '/version', showing('zut'))).toMatchObject(REFUSED)
    await holds('agent', ended)
    expect(await api('GET', '/version', showing(ended))).toMatchObject(REFUSED)
  })

  test('tenu par deux comptes, il n’en prouve aucun', async () => {
    await holds('voisin', own)
    expect(await api('GET', '/version', showing(own))).toMatchObject(REFUSED)
    const both = { ...showing(own), headers: { ...showing(own).headers, Authorization: basic('voisin') } }
    expect((await api('GET', '/version', both)).status).toBe(200)
  })

  test('le compte qui en a un le montre avec son mot de passe', async () => {
    expect(await api('GET', '/version')).toMatchObject(REFUSED)
    expect((await api('GET', '/version', { login: 'voisin' })).status).toBe(200)
  })

  test('il le montre aussi pour ouvrir une session, et à l’API native', async () => {
    const credentials = { login: 'agent', password: HUB_PASSWORD }
    const opening = (pem?: string) =>
      api('POST', '/api/v3/session', {
        login: null,
        headers: { 'Content-Type': 'application/json', ...(pem === undefined ? {} : showing(pem).headers) },
        body: JSON.stringify(credentials),
      })
    expect(await opening()).toMatchObject({ status: 401, json: { code: 'identifiants_invalides' } })
    expect((await opening(other)).status).toBe(401)
    expect((await opening(own)).status).toBe(200)
    expect((await api('GET', '/api/v3/session')).status).toBe(401)
    expect((await api('GET', '/api/v3/session', { headers: showing(own).headers })).status).toBe(200)
    expect((await api('GET', '/api/v3/session', { login: 'voisin' })).status).toBe(200)
  })

  test('une modification par l’API le retire, sauf si l’on dit de le garder', async () => {
    const path = `/utilisateur/${hub.users.agent}`
    const kept = await api('PATCH', path, { login: 'admin', body: 'nom=Durand&dont_delete_certificate_if_empty=1' })
    expect(kept.json).toMatchObject({ certificat: expect.stringContaining('BEGIN CERTIFICATE') as string })
    const removed = await api('PATCH', path, { login: 'admin', body: 'nom=Durand' })
    expect(removed.json).toMatchObject({ certificat: '' })
    expect(await api('GET', '/version', showing(own))).toMatchObject(REFUSED)
    const body = `nom=Durand&certificat=${encodeURIComponent(other)}`
    expect((await api('PATCH', path, { login: 'admin', body })).status).toBe(200)
    expect((await api('GET', '/version', showing(other))).status).toBe(200)
  })
})

describe('les essais de mot de passe', () => {
  const wrong = { login: null, headers: { Authorization: basic('pressé', 'faux') } }

  test('le sixième échec d’une minute répond 429, sans fermer la porte aux autres comptes de l’adresse', async () => {
    await createUser(hub.hub.cradle.db, { login: 'pressé', password: HUB_PASSWORD, entityId: hub.town })
    for (let times = 0; times < 5; times++) expect(await api('GET', '/version', wrong)).toMatchObject(REFUSED)
    const stopped = await api('GET', '/version', wrong)
    expect(stopped).toMatchObject({ status: 429, json: { status: 'error', 'error-message': 'Rate Limit Exceeded' } })
    expect(stopped.headers['retry-after']).toBe('60')
    const right = { login: null, headers: { Authorization: basic('pressé', HUB_PASSWORD) } }
    expect((await api('GET', '/version', right)).status).toBe(429)
    expect((await api('GET', '/version', { login: 'voisin' })).status).toBe(200)
    expect((await api('GET', '/version', { login: null })).status).toBe(401)
  })
})

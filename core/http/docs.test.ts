import { afterAll, beforeAll, expect, test } from 'vitest'
import { testDatabase, type TestDatabase } from '../testing/database.ts'
import { apiRoutes } from './api/index.ts'
import { startTestServer, type TestServer } from './http.fixture.ts'

let database: TestDatabase
let server: TestServer
let answer: Response
let page: string

beforeAll(async () => {
  database = await testDatabase()
  server = await startTestServer({ db: database.knex, routes: apiRoutes() })
  answer = await fetch(`${server.origin}/api/docs`)
  page = await answer.text()
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await database.close()
})

test('la documentation montre chaque adresse, avec ses erreurs et ses exemples', () => {
  expect(answer.status).toBe(200)
  for (const { method, path } of apiRoutes()) {
    const shown = path.replaceAll(/:(\w+)/gu, '{$1}')
    expect(page).toContain(`<span class="verb">${method}</span> <code>${shown}</code>`)
  }
  expect(page).toContain('document_introuvable')
  expect(page).toContain('&quot;objet&quot;: &quot;Subvention')
  expect(page).toContain('&quot;createdAt&quot;: &quot;2026-03-14T13:05:00.000Z&quot;')
  expect(page).toContain('Un connecteur installé, que les entités peuvent régler.')
  expect(page).toContain('Une liste se lit page après page')
  for (const header of ['Range', 'If-None-Match', 'Last-Event-ID']) expect(page).toContain(header)
})

test('ses liens mènent quelque part dans la page', () => {
  const places = new Set([...page.matchAll(/ id="([^"]+)"/gu)].map(([, id]) => id))
  const links = [...page.matchAll(/href="#([^"]+)"/gu)].map(([, target]) => target)
  expect(links.length).toBeGreaterThan(50)
  expect(links.filter(target => !places.has(target))).toEqual([])
})

test('elle n’exécute rien et ne va rien chercher', () => {
  const policy = answer.headers.get('content-security-policy')
  expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; base-uri 'none'/u)
  expect(page).not.toMatch(/<script|<link|<img|src=/u)
})

test('elle ne se modifie pas', async () => {
  expect((await fetch(`${server.origin}/api/docs`, { method: 'POST' })).status).toBe(404)
})

import { request } from 'undici'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { HUB_PASSWORD } from '#core/conformance'
import { startMailTown, type MailTown } from './mail-town.fixture.ts'

const OWN = 'courriers.ville.example'

let town: MailTown
beforeAll(async () => {
  town = await startMailTown({
    PASSEUR_PUBLIC_URL: `https://${OWN}`,
    PASSEUR_URL: 'https://hub.ville.example',
    PASSEUR_METRICS: 'true',
  })
})
afterAll(() => town[Symbol.asyncDispose]())

/** A request that a browser would send to this host; `fetch` would not let it say so. */
const ask = async (
  host: string,
  path: string,
  {
    method = 'GET',
    body,
    headers = {},
  }: { method?: 'GET' | 'POST'; body?: string; headers?: Record<string, string> } = {},
) => {
  const answer = await request(`${town.whole.origin}${path}`, {
    method,
    headers: { host, ...headers },
    ...(body === undefined ? {} : { body }),
  })
  const text = await answer.body.text()
  return { status: answer.statusCode, headers: answer.headers, text }
}
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

test('les pages des destinataires ont leur propre adresse : le courriel y mène, elles n’existent pas ailleurs', async () => {
  const { id } = await town.sendMail('ls-mailsec', { 'mailsec.to': 'origine@exemple.fr', 'mailsec.motDePasse': 'gué' })
  expect(town.mails.at(-1)?.raw.replaceAll('=\r\n', '')).toContain(`https://${OWN}/mail/`)
  const page = town.pageOf('origine@exemple.fr')
  const there = await ask(OWN, page)
  expect([there.status, there.text]).toEqual([200, expect.stringContaining('Consulter le message')])
  for (const host of ['hub.ville.example', '127.0.0.1', `${OWN}.pirate.example`]) {
    const elsewhere = await ask(host, page)
    expect([host, elsewhere.status, elsewhere.text]).toEqual([host, 404, expect.stringContaining('Page introuvable')])
    expect((await ask(host, `${page}/consulter`, { method: 'POST' })).status).toBe(404)
  }
  // Served by https: the cookie never travels in clear.
  const opened = await ask(OWN, `${page}/consulter`, {
    method: 'POST',
    headers: FORM,
    body: new URLSearchParams({ motDePasse: 'gué' }).toString(),
  })
  expect([opened.status, opened.headers['set-cookie']]).toEqual([303, expect.stringContaining('; Secure')])
  await town.inState(id, 'termine')
})

test('rien d’autre du hub n’y répond : ni écrans, ni API, ni celle de Pastell, même avec un bon compte', async () => {
  const authorization = `Basic ${Buffer.from(`agent:${HUB_PASSWORD}`).toString('base64')}`
  const paths = [
    '/',
    '/connexion',
    '/api/docs',
    '/api/v3/entites',
    '/api/v2/version',
    '/api/v2/entite',
    '/Document/list',
    '/metrics',
  ]
  for (const path of paths) {
    const there = await ask(OWN, path, { headers: { authorization } })
    expect([path, there.status, there.headers['content-type']]).toEqual([path, 404, 'text/html; charset=utf-8'])
    expect(there.text).toContain('Aucune page ne correspond à cette adresse.')
    expect(there.headers['set-cookie']).toBeUndefined()
  }
  expect((await ask('hub.ville.example', '/metrics')).status).toBe(200)
  const home = await ask('hub.ville.example', '/api/v2/version', { headers: { authorization } })
  expect([home.status, home.text]).toEqual([200, expect.stringContaining('version')])
})

test('trop de demandes d’une même adresse sont refusées avec une phrase et le temps à attendre', async () => {
  await ask(OWN, '/mail/inconnu')
  await town.whole.hub.cradle.db('login_attempts').whereLike('key', 'public-pages:%').update({ points: 600 })
  const refused = await ask(OWN, '/mail/inconnu')
  expect([refused.status, refused.text]).toEqual([429, expect.stringContaining('Trop de demandes')])
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
})

import { afterAll, beforeAll, expect, test } from 'vitest'
import { startWholeHub, type WholeHub } from '#core/conformance'
import { clientOf } from '../testing.ts'

let hub: WholeHub
let api: ReturnType<typeof clientOf>
beforeAll(async () => {
  hub = await startWholeHub()
  api = clientOf(hub)
})
afterAll(() => hub[Symbol.asyncDispose]())

const get = async (path: string, login = 'admin') => (await api('GET', path, { login })).json

test('les familles ont les noms de Pastell ; celles de la racine sont à part', async () => {
  const families = await get('/familleConnecteur')
  expect(families).toEqual(
    expect.arrayContaining(['Bordereau SEDA', 'GED', 'PortailFacture', 'SAE', 'signature', 'TdT', 'transformation']),
  )
  expect(families).not.toContain('horodateur')
  expect(await get('/familleConnecteur?global=1')).toContain('horodateur')
})

test('une famille liste ses connecteurs ; inconnue, rien', async () => {
  expect(await get('/familleConnecteur/GED')).toEqual(expect.arrayContaining(['depot-sftp', 'depot-webdav']))
  expect(await get('/familleConnecteur/Bordereau%20SEDA')).not.toEqual([])
  expect(await get('/familleConnecteur/zzz')).toEqual([])
})

test('un connecteur se décrit avec les champs de Pastell', async () => {
  expect(await get('/familleConnecteur/GED/depot-webdav')).toMatchObject({
    nom: 'Dépôt WebDAV',
    type: 'GED',
    description: expect.stringMatching(/^Dépose les fichiers d'un dossier[^*`\n]+$/u) as string,
    formulaire: {
      Réglages: {
        depot_webdav_url: { type: 'url', requis: true },
        depot_webdav_password: { type: 'password' },
      },
    },
    action: { test: { 'name-action': 'Tester la connexion' } },
  })
  expect(await get('/familleConnecteur/GED/zzz')).toEqual([])
})

test('il faut le droit sur le système', async () => {
  expect((await api('GET', '/familleConnecteur')).status).toBe(403)
})

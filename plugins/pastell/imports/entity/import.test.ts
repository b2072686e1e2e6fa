import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hashRaw } from '@node-rs/argon2'
import { xsalsa20poly1305 } from '@noble/ciphers/salsa.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EntityModel } from '#core'
import { HUB_PASSWORD, startWholeHub, type WholeHub } from '#core/conformance'
import { entityImporter } from './command.ts'
import { bringOver, lineOf } from './report.ts'

let hub: WholeHub
let folder: string
beforeAll(async () => {
  hub = await startWholeHub()
  folder = await mkdtemp(join(tmpdir(), 'passeur-entite-'))
})
afterAll(async () => {
  await hub[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

const PASSWORD = 'Le mot de passe montré par Pastell'
const base64 = (text: string) => Buffer.from(text, 'utf8').toString('base64')

/** What Pastell writes of an entity, its daughter, and their connectors (pastell-domain.md §1.8, §5.13). */
const EXPORT = {
  entity_info: {
    id_e: '12',
    denomination: 'Métropole',
    siren: '213400005',
    type: 'collectivite',
    entite_mere: '0',
    is_active: '1',
  },
  entity_child: [
    { id_e: 15, denomination: 'Crèche fermée', siren: '', type: 'collectivite', entite_mere: '14', is_active: '0' },
    { id_e: 14, denomination: 'Bourg', siren: '123', type: 'collectivite', entite_mere: '12', is_active: '1' },
  ],
  connecteur_info: [
    {
      id_ce: '7',
      id_e: '12',
      libelle: 'GED centrale',
      id_connecteur: 'depot-webdav',
      type: 'GED',
      data: {
        metadata: { depot_webdav_url: 'https://ged.exemple.fr/dav', depot_webdav_password: 'S3CRET', couleur: 'bleu' },
      },
    },
    {
      id_ce: '8',
      id_e: '12',
      libelle: 'S²low',
      id_connecteur: 's2low',
      type: 'TdT',
      data: JSON.stringify({
        metadata: { url: 'https://s2low.exemple.fr', user_certificat: ['moi.p12'], user_certificat_password: 'P12' },
        file: { user_certificat: [base64('un certificat')] },
      }),
    },
    {
      id_ce: '9',
      id_e: '12',
      libelle: 'Bordereaux',
      id_connecteur: 'generateur-seda-asalae-2.1',
      type: 'Bordereau SEDA',
      data: { metadata: { hash_algorithm: 'sha256' }, file: { data: [base64('{"titre":"Actes"}')] } },
    },
    { id_ce: '10', id_e: '14', libelle: 'Robot', id_connecteur: 'robot-maison', type: 'Robot', data: { metadata: {} } },
  ],
  association_info: {
    '12': [
      { id_fe: '1', id_e: '12', flux: 'ls-actes', id_ce: '7', type: 'GED', num_same_type: '0' },
      { id_fe: '2', id_e: '12', flux: 'ls-actes', id_ce: '8', type: 'TdT', num_same_type: '0' },
      { id_fe: '3', id_e: '12', flux: 'flux-maison', id_ce: '7', type: 'GED', num_same_type: '0' },
      { id_fe: '4', id_e: '12', flux: 'ls-actes', id_ce: '10', type: 'GED', num_same_type: '0' },
    ],
    '14': [{ id_fe: '5', id_e: '14', flux: 'ls-actes', id_ce: '7', type: 'GED', num_same_type: '0' }],
  },
  association_heritage_info: { '14': ['ls-actes'] },
}

const sealed = async (content: object, password = PASSWORD): Promise<string> => {
  const [salt, nonce] = [randomBytes(16), randomBytes(24)]
  const key = await hashRaw(password, { salt, timeCost: 2, memoryCost: 65_536, parallelism: 1, outputLen: 32 })
  const box = xsalsa20poly1305(key, nonce).encrypt(Buffer.from(JSON.stringify(content)))
  return JSON.stringify({ salt: salt.toString('hex'), message: Buffer.concat([nonce, box]).toString('base64') })
}

const bring = async (mode: 'dry' | 'apply', content: object = EXPORT) => {
  const { services } = hub.hub.cradle
  const importing = { parentId: hub.neighbour, userId: hub.users.admin, mode } as const
  return (await bringOver(await sealed(content), PASSWORD, services, importing)).map(lineOf)
}
const entityNamed = (name: string) => EntityModel.query(hub.hub.cradle.db).findOne({ name })

describe('la configuration d’une entité', () => {
  test('est dite d’abord, sans rien écrire', async () => {
    const lines = await bring('dry')
    expect(lines).toContain("créé : l'entité « Métropole »")
    expect(lines).toContain('créé : le connecteur « GED centrale » (depot-webdav)')
    expect(await entityNamed('Métropole')).toBeUndefined()
  })

  test('vient entière : entités, connecteurs et leurs secrets, associations ; ce qui ne peut pas venir est dit', async () => {
    const lines = (await bring('apply')).map(line => line.replace(/\(\d+\)/u, '(n)'))
    expect(lines).toMatchSnapshot()
    expect(lines.join()).not.toMatch(/S3CRET|P12\b|certificat\b.*un/u)

    const { connectors, connections, services } = hub.hub.cradle
    const [town, village, closed] = await Promise.all(['Métropole', 'Bourg', 'Crèche fermée'].map(entityNamed))
    expect(town).toMatchObject({ parentId: hub.neighbour, siren: '213400005' })
    expect(village).toMatchObject({ parentId: town?.id, siren: null })
    expect(closed).toMatchObject({ parentId: village?.id, active: false })
    const own = (await connectors.list(town?.id ?? '')).filter(each => each.entityId === town?.id)
    const ged = own.find(each => each.label === 'GED centrale')
    expect((await connections.open(ged?.id ?? '')).context.config).toMatchObject({ motDePasse: 'S3CRET' })
    expect(own.find(each => each.label === 'S²low')?.secretsSet).toContain('certificat')
    const bindings = await services.connectors.bindings({ entityId: town?.id ?? '' })
    expect(bindings).toContainEqual(expect.objectContaining({ flow: 'ls-actes', instanceId: ged?.id }))
    expect(await services.connectors.bindings({ entityId: village?.id ?? '' })).toEqual([])
  })

  test('reprise une seconde fois, ne crée rien', async () => {
    const before = await EntityModel.query(hub.hub.cradle.db).resultSize()
    const lines = await bring('apply')
    expect(lines.filter(line => line.startsWith('créé'))).toEqual([])
    expect(await EntityModel.query(hub.hub.cradle.db).resultSize()).toBe(before)
  })

  test('sans entité dans l’export, ses connecteurs vont là où l’import est fait', async () => {
    const { connecteur_info } = EXPORT
    const lines = await bring('apply', { connecteur_info: [{ ...connecteur_info[0], id_e: '99', libelle: 'Seul' }] })
    expect(lines).toContain('créé : le connecteur « Seul » (depot-webdav)')
    const own = await hub.hub.cradle.connectors.list(hub.neighbour)
    expect(own.some(each => each.label === 'Seul' && each.entityId === hub.neighbour)).toBe(true)
  })
})

describe('un export chiffré', () => {
  const open = (text: string, password?: string) =>
    bringOver(text, password, hub.hub.cradle.services, {
      parentId: hub.neighbour,
      userId: hub.users.admin,
      mode: 'dry',
    })

  test('ne s’ouvre pas avec un autre mot de passe, ni sans', async () => {
    const text = await sealed(EXPORT)
    await expect(open(text, 'autre')).rejects.toMatchObject({
      detail: expect.stringContaining('mot de passe') as unknown,
    })
    await expect(open(text)).rejects.toMatchObject({ detail: expect.stringContaining('chiffré') as unknown })
    const { salt } = JSON.parse(text) as { salt: string }
    await expect(open(JSON.stringify({ salt, message: 'AAAA' }), PASSWORD)).rejects.toThrow()
  })

  test('ce qui n’est pas un export est refusé avec une phrase', async () => {
    await expect(open('pas du JSON')).rejects.toMatchObject({ detail: expect.stringContaining('JSON') as unknown })
    await expect(open('{"a":1}')).rejects.toMatchObject({ detail: expect.stringContaining('export') as unknown })
  })
})

test('la commande dit ce qui viendrait, et refuse un compte inconnu', async () => {
  const path = join(folder, 'export.json')
  await writeFile(path, JSON.stringify({ entity_info: { id_e: '3', denomination: 'Canton', entite_mere: '0' } }))
  const { services } = hub.hub.cradle
  const lines = await entityImporter.run([path, '--compte', 'admin'], services)
  expect(lines).toEqual([
    "créé : l'entité « Canton »",
    'Essai, rien n’est écrit (--appliquer pour reprendre) : 1 créé.',
  ])
  await expect(entityImporter.run([path, '--compte', 'personne'], services)).rejects.toMatchObject({
    detail: expect.stringContaining('personne') as unknown,
  })
})

test('l’API reçoit l’export en formulaire, réservée à qui administre la plateforme', async () => {
  const send = async (login: string) => {
    const form = new FormData()
    form.set('motDePasse', PASSWORD)
    form.set('appliquer', 'non')
    form.set('fichier', new Blob([await sealed(EXPORT)]), 'export.json')
    return fetch(`${hub.origin}/api/v3/entites/${hub.neighbour}/import-pastell`, {
      method: 'POST',
      headers: { authorization: `Basic ${base64(`${login}:${HUB_PASSWORD}`)}` },
      body: form,
    })
  }
  const answer = await send('admin')
  expect(answer.status).toBe(200)
  expect(await answer.json()).toMatchObject({ summary: expect.stringContaining('déjà là') as unknown })
  expect((await send('agent')).status).toBe(404)
})
